import { fenced, inert } from '@deploy-kit/core'
import type { ObjectChange } from '@deploy-kit/rollout'

/** How much is shown. What is cut off is counted. */
export interface Extent {
  readonly objects: number
  /** Of each object. */
  readonly fields: number
}

/** A log is read while it runs, a summary afterwards; outputs of a job have a limit of 1 MB (docs.github.com, "Passing job outputs"). */
export const extents = {
  log: { objects: 50, fields: 12 },
  summary: { objects: 100, fields: 40 },
  result: { objects: 200, fields: 40 },
} as const satisfies Readonly<Record<string, Extent>>

const signs = { added: '+', changed: '~', removed: '-' } as const

/** What a plan changes, a line for each object and each field. */
export const changeLines = (changes: readonly ObjectChange[], { objects, fields }: Extent): readonly string[] => {
  const linesOf = (each: ObjectChange): readonly string[] =>
    [`${signs[each.change]} ${each.object}`].concat(
      each.fields.slice(0, fields).map((field) => `    ${field}`),
      cut(each.fields.length - fields, '    and %n more fields'),
    )
  return [...changes.slice(0, objects).flatMap(linesOf), ...cut(changes.length - objects, 'and %n more objects')]
}

const cut = (left: number, text: string): readonly string[] => (left > 0 ? [text.replace('%n', String(left))] : [])

/** The same for a summary, folded; empty when nothing changes. */
export const changesSection = (changes: readonly ObjectChange[]): string => {
  if (changes.length === 0) return ''
  const counts = (['changed', 'added', 'removed'] as const).flatMap((change) => {
    const count = changes.filter((each) => each.change === change).length
    return count === 0 ? [] : [`${count} ${change}`]
  })
  const title = `${changes.length} ${changes.length === 1 ? 'object' : 'objects'}: ${counts.join(', ')}`
  const lines = fenced('diff', changeLines(changes, extents.summary).join('\n'))
  return `### Changes\n\n<details><summary>${inert(title)}</summary>\n\n${lines}\n\n</details>`
}

/** The same for a machine. */
export const changesResult = (changes: readonly ObjectChange[]) => ({
  objects: changes.slice(0, extents.result.objects).map(({ change, object, fields }) => ({
    change,
    object,
    fields: fields.slice(0, extents.result.fields),
    more: Math.max(0, fields.length - extents.result.fields),
  })),
  more: Math.max(0, changes.length - extents.result.objects),
})
