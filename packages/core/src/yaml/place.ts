import { isCollection, isMap, isScalar, type Document, type Node } from 'yaml'
import type { z } from 'zod'

/** Offset of a fault: the key that is unknown, else the value, else the nearest thing around what is missing. */
export const placeOf = (document: Document, issue: z.core.$ZodIssue): number => {
  const path = [...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const holder = path.length === 0 ? document.contents : document.getIn(path, true)
    const pair = isMap(holder) ? holder.items.find(({ key }) => isScalar(key) && issue.keys.includes(String(key.value))) : undefined
    if (pair !== undefined) return (pair.key as Node).range?.[0] ?? 0
  }
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true)
    if (isScalar(node) || isCollection(node)) return node.range?.[0] ?? 0
  }
  return document.contents?.range?.[0] ?? 0
}
