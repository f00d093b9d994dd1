import { readdirSync } from 'node:fs'

/** This repository's own CI: nobody else's, so it is checked but not rendered. */
const own = ['ci.yml']

/** The workflows that others call. */
export const reusableWorkflows = (): readonly string[] =>
  yamlIn('.github/workflows').filter((path) => !own.some((name) => path.endsWith(`/${name}`)))

/** The callers to copy. */
export const templates = (): readonly string[] => yamlIn('workflows-templates')

/** The actions that are written by hand: chains of others. */
export const composites: readonly string[] = ['build-and-scan/action.yml']

export const allWorkflows = (): readonly string[] => [...yamlIn('.github/workflows'), ...templates()]

const yamlIn = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.yml'))
    .toSorted()
    .map((name) => `${directory}/${name}`)
