import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { FindingKind, Suppressed } from '../report/finding.ts'
import type { IgnoreEntry } from './entry.ts'
import { readPlainFile } from './plain-file.ts'
import { readYamlFile } from './yaml-file.ts'

/**
 * Reads ignore files, each by its own grammar: what ends in .yaml or .yml is YAML, everything else has one id a line. Joining
 * the texts, as others do, glues the last id of a file without a line end to the first of the next.
 * @throws KitError `ignore-file-invalid`, `ignore-reason-missing`
 */
export const readIgnores = async (
  files: readonly string[],
  { workspace, requireReasons }: { readonly workspace: string; readonly requireReasons: boolean },
): Promise<readonly IgnoreEntry[]> => {
  const entries = (await Promise.all(files.map((file) => readOne(file, workspace)))).flat()
  const silent = entries.filter(({ reason }) => reason === '')
  if (requireReasons && silent.length > 0) {
    const places = silent.slice(0, 5).map(({ id, place }) => `${id} (${place})`)
    throw new KitError('ignore-reason-missing', `${silent.length} ignored ids have no reason: ${places.join(', ')}.`)
  }
  return entries
}

const readOne = async (file: string, workspace: string): Promise<readonly IgnoreEntry[]> => {
  const text = await readFile(resolve(workspace, file), 'utf8').catch((error: unknown) => {
    throw new KitError('ignore-file-invalid', `\`${file}\` cannot be read.`, { cause: error })
  })
  return /\.ya?ml$/i.test(basename(file)) ? readYamlFile(text, file) : readPlainFile(text, file)
}

const keyOfKind: Readonly<Record<FindingKind, string>> = {
  vulnerability: 'vulnerabilities',
  misconfiguration: 'misconfigurations',
  secret: 'secrets',
  license: 'licenses',
}

/**
 * The entries that still count as one ignore file for Trivy, in JSON, which is YAML too. Each carries its place in its
 * statement, by which a finding that it took out is traced back to it.
 */
export const ignoreFileFor = (entries: readonly IgnoreEntry[], now: number): string => {
  const active = entries.filter((entry) => !isExpired(entry, now))
  const sections = Object.entries(keyOfKind).map(([kind, key]) => [
    key,
    active.filter(({ kinds }) => kinds.includes(kind as FindingKind)).map(forTrivy),
  ])
  return JSON.stringify(Object.fromEntries(sections), null, 2)
}

const forTrivy = ({ id, paths, purls, reason, place }: IgnoreEntry): object => ({
  id,
  ...(paths.length > 0 && { paths }),
  ...(purls.length > 0 && { purls }),
  statement: `${reason} (${place})`.trim(),
})

/** Trivy's own rule: it counts until the day begins that it names. */
export const isExpired = ({ expiresAt }: IgnoreEntry, now: number): boolean => expiresAt !== undefined && expiresAt < now

/** What became of the ignored ids in a scan. */
export interface IgnoreAudit {
  /** Past their day: what they were about is found again. */
  readonly expired: readonly IgnoreEntry[]
  /** Still counting, and soon not any more. */
  readonly expiring: readonly IgnoreEntry[]
  /** They took nothing out: what they were about is gone, or they never fitted. */
  readonly unused: readonly IgnoreEntry[]
}

const dayMs = 24 * 60 * 60 * 1_000

export const auditIgnores = (
  entries: readonly IgnoreEntry[],
  suppressed: readonly Suppressed[],
  now: number,
  warnDays: number,
): IgnoreAudit => {
  const used = new Set(suppressed.map(({ source }) => source))
  const counting = entries.filter((entry) => !isExpired(entry, now))
  return {
    expired: entries.filter((entry) => isExpired(entry, now)),
    expiring: counting.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt - now <= warnDays * dayMs),
    unused: counting.filter(({ place }) => !used.has(place)),
  }
}

/** A suppressed finding with reason and place of the entry that did it, instead of the file that was made for Trivy. */
export const tracedBack = (suppressed: Suppressed, entries: readonly IgnoreEntry[]): Suppressed => {
  const entry = entries.find(({ place }) => suppressed.statement.endsWith(`(${place})`))
  return entry === undefined ? suppressed : { ...suppressed, statement: entry.reason, source: entry.place }
}

/** The files that Trivy users have. */
export const usualIgnoreFiles = ['.trivyignore', '.trivyignore.yaml', '.trivyignore.yml'] as const

/** Where the merged file goes: Trivy reads YAML only when the name says so. */
export const mergedIgnoreFile = (directory: string): string => join(directory, 'ignores.yaml')
