import { isPair, isScalar, parseDocument, visit, type Pair } from 'yaml'

/** Where the rendered files will find deploy-kit. */
export interface Home {
  /** `owner/name` of the copy of this repository that the readers of the rendered files can reach. */
  readonly repository: string
  /** Tag or commit of that copy. */
  readonly ref: string
}

interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

const placeholder = /^org\/deploy-kit\/(?<path>[^@]+)@v\d+$/

/**
 * A workflow or composite action as places without `$/`, `concurrency.queue` and `environment.deployment` take it:
 * GitHub Enterprise Server, runners below 2.336.0, act. Every other byte stays as it was.
 */
export const render = (source: string, home: Home): string => {
  const edits: Edit[] = []
  visit(parseDocument(source), {
    Pair: (_, pair, path) => {
      const parent = path.findLast(isPair)
      const key = nameOf(pair)
      if (key === 'uses') edits.push(...reference(pair, home))
      if (key === 'queue' && nameOf(parent) === 'concurrency') edits.push(wholeLines(pair, source))
      if (key === 'deployment' && nameOf(parent) === 'environment') edits.push(wholeLines(pair, source))
    },
  })
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), source)
}

const nameOf = (pair: Pair | undefined): string | undefined =>
  pair !== undefined && isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : undefined

/** `$/x` and the placeholder of the templates, `org/deploy-kit/x@v1`, both become `<repository>/x@<ref>`. */
const reference = (pair: Pair, home: Home): readonly Edit[] => {
  if (!isScalar(pair.value) || typeof pair.value.value !== 'string' || !pair.value.range) return []
  const written = pair.value.value
  const path = written.startsWith('$/') ? written.slice(2) : placeholder.exec(written)?.groups?.['path']
  if (path === undefined) return []
  return [{ from: pair.value.range[0], to: pair.value.range[1], text: `${home.repository}/${path}@${home.ref}` }]
}

/** Takes out the pair with its indentation, comment and line end. It stands on lines of its own in every file here. */
const wholeLines = (pair: Pair, source: string): Edit => {
  if (!isScalar(pair.key) || !pair.key.range || !isScalar(pair.value) || !pair.value.range)
    throw new Error(`${String(pair.key)} is not written as a plain value, so it cannot be taken out`)
  const from = source.lastIndexOf('\n', pair.key.range[0]) + 1
  if (source.slice(from, pair.key.range[0]).trim() !== '') throw new Error(`${String(pair.key)} shares its line with something else`)
  const end = source.indexOf('\n', pair.value.range[1])
  return { from, to: end === -1 ? source.length : end + 1, text: '' }
}
