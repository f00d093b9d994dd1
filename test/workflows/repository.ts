import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { allWorkflows, composites } from '../../scripts/workflows/files.ts'

/** The parts of a workflow that the contracts look at. GitHub's own schema is checked in schema.test.ts. */
export interface Workflow {
  readonly path: string
  readonly text: string
  readonly on: Readonly<Record<string, Trigger | null>>
  readonly permissions?: Permissions
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress'?: boolean; readonly queue?: string }
  readonly defaults?: { readonly run?: { readonly shell?: string } }
  readonly jobs: Readonly<Record<string, Job>>
}
export interface Trigger {
  readonly inputs?: Readonly<Record<string, Input>>
  readonly outputs?: Readonly<Record<string, { readonly description?: string; readonly value: string }>>
}
export interface Input {
  readonly description?: string
  readonly type?: string
  readonly required?: boolean
  readonly default?: unknown
}
export type Permissions = Readonly<Record<string, string>>
export interface Job {
  readonly name?: string
  readonly needs?: string | readonly string[]
  readonly if?: string
  readonly permissions?: Permissions
  readonly environment?: { readonly name: string; readonly deployment?: boolean }
  readonly 'timeout-minutes'?: number | string
  readonly outputs?: Readonly<Record<string, string>>
  readonly uses?: string
  readonly with?: Readonly<Record<string, unknown>>
  readonly steps?: readonly Step[]
}
export interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
export interface Action {
  readonly path: string
  readonly text: string
  readonly inputs: Readonly<Record<string, Input>>
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value?: string }>>
  readonly runs: { readonly using: string; readonly steps?: readonly Step[] }
}

const read = (path: string): object => {
  const text = readFileSync(path, 'utf8')
  return { ...(parse(text) as object), path, text }
}

export const workflows = allWorkflows().map((path) => read(path) as Workflow)
export const compositeActions = composites.map((path) => read(path) as Action)

export const workflow = (path: string): Workflow => {
  const found = workflows.find((one) => one.path === path)
  if (found === undefined) throw new Error(`There is no ${path}; there are ${workflows.map((one) => one.path).join(', ')}`)
  return found
}

export const job = (of: Workflow, id: string): Job => {
  const found = of.jobs[id]
  if (found === undefined) throw new Error(`${of.path} has no job ${id}`)
  return found
}

/** The step of a job or a composite that carries the id. */
export const step = (steps: readonly Step[] | undefined, id: string): Step => {
  const found = steps?.find((one) => one.id === id)
  if (found === undefined) throw new Error(`No step has the id ${id}`)
  return found
}

export const action = (name: string): Action => read(`${name}/action.yml`) as Action

/** Which file of this repository `uses` names: by `$/…`, or as the templates write it. Undefined for other people's. */
export const ownPath = (uses: string): string | undefined => (/^\$\/(.+)$/.exec(uses) ?? /^org\/deploy-kit\/([^@]+)@v\d+$/.exec(uses))?.[1]

/** Every job that calls a workflow of this repository, with that workflow. */
export const calls = (): readonly (readonly [name: string, caller: Job, callee: Workflow])[] =>
  workflows.flatMap((from) =>
    Object.entries(from.jobs).flatMap(([id, caller]) => {
      const path = ownPath(caller.uses ?? '')
      return path === undefined ? [] : [[`${from.path} ${id} -> ${path}`, caller, workflow(path)] as const]
    }),
  )

/** Every step that uses an action of this repository, with that action. */
export const uses = (): readonly (readonly [name: string, step: Step, action: Action])[] =>
  [
    ...workflows.flatMap((from) => Object.entries(from.jobs).map(([id, { steps }]) => [`${from.path} ${id}`, steps ?? []] as const)),
    ...compositeActions.map((from) => [from.path, from.runs.steps ?? []] as const),
  ].flatMap(([where, steps]) =>
    steps.flatMap((one, index) => {
      const path = ownPath(one.uses ?? '')
      return path === undefined ? [] : [[`${where}, step ${one.id ?? index} -> ${path}`, one, action(path)] as const]
    }),
  )
