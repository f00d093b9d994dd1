import { posix } from 'node:path'
import type { Entry } from '../../../filesystem/entry.ts'
import { nameOfPath, type ImageTree } from '../../../filesystem/image-tree.ts'
import { invalid, sourceMissing, type Place } from '../dockerfile/place.ts'
import { isPattern, wildcard } from './wildcard.ts'

/** Something that COPY copies. */
export interface Found {
  /** What a file is called where it is copied to. */
  readonly basename: string
  /** Its name in the source, with links followed. */
  readonly name: string
  readonly entry: Exclude<Entry, { type: 'symlink' }>
}

/**
 * What the sources of one COPY name. A pattern may match nothing, as Docker allows (`COPY package.json yarn.lock* ./`),
 * but the instruction as a whole may not: an image without its files is never meant.
 * @throws KitError `copy-source-missing`, `dockerfile-invalid`
 */
export const findSources = (sources: readonly string[], tree: ImageTree, treeName: string, place: Place): readonly Found[] => {
  const found = sources.flatMap((source) => {
    const name = nameInside(source, treeName, place)
    if (!isPattern(source)) return [open(name, tree, `\`${source}\` is not in ${treeName}`, place)]
    return matches(name, tree, place).map((match) => open(match, tree, `\`${match}\` leads nowhere in ${treeName}`, place))
  })
  if (found.length === 0)
    throw sourceMissing(place, `Nothing in ${treeName} matches ${sources.map((source) => `\`${source}\``).join(', ')}.`)
  return found
}

const nameInside = (source: string, treeName: string, place: Place): string => {
  if (/^\/*\.\.(?:\/|$)/.test(posix.normalize(source))) throw invalid(place, `\`${source}\` leads out of ${treeName}.`)
  return nameOfPath(source)
}

/** The source itself is followed when it is a link; links inside a directory are copied as links. */
const open = (name: string, tree: ImageTree, whenMissing: string, place: Place): Found => {
  const resolved = tree.resolve(name, true)
  const entry = tree.get(resolved)
  if (entry === undefined || entry.type === 'symlink') throw sourceMissing(place, `${whenMissing}. Perhaps .dockerignore leaves it out.`)
  return { basename: posix.basename(name), name: resolved, entry }
}

/** The names that a pattern matches. Links are followed in the part before its first wildcard. */
const matches = (pattern: string, tree: ImageTree, place: Place): readonly string[] => {
  const plain = /^(?:[^*?[\\/]*\/)*/.exec(pattern)?.[0] ?? ''
  const directory = tree.resolve(plain, true)
  const start = directory === '' ? 0 : directory.length + 1
  const expression = compile(pattern.slice(plain.length), place)
  const names = tree.below(directory).map(([name]) => name)
  return names.filter((name) => expression.test(name.slice(start)))
}

const compile = (name: string, place: Place): RegExp => {
  try {
    return wildcard(name)
  } catch (error) {
    throw error instanceof SyntaxError ? invalid(place, `\`${name}\` is not a pattern: ${error.message}`) : error
  }
}
