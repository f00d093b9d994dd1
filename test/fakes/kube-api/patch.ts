/** JSON as the API server stores it. */
export type Stored = { [key: string]: unknown }

/** RFC 7386: null removes, objects are merged, everything else is replaced. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch
  const merged: Stored = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else merged[key] = mergePatch(merged[key], value)
  }
  return merged
}

export interface Operation {
  readonly op: string
  readonly path: string
  readonly value?: unknown
}

/** Why a patch cannot be applied; the server answers 422. */
export class PatchRefused extends Error {}

/** RFC 6902, of which `test`, `add`, `replace` and `remove` are known. */
export const jsonPatch = (target: unknown, operations: readonly Operation[]): unknown => {
  const result = structuredClone(target)
  for (const { op, path, value } of operations) {
    const tokens = path
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = tokens.pop()
    if (last === undefined) throw new Error(`a patch of the whole document is not known: ${op} ${path}`)
    const parent = tokens.reduce<unknown>((at, token) => {
      const next = isObject(at) || Array.isArray(at) ? (at as Stored)[token] : undefined
      if (next === undefined) throw new PatchRefused(`${op} ${path}: there is no ${token}`)
      return next
    }, result) as Stored | unknown[]
    apply(parent, last, { op, path, value })
  }
  return result
}

const apply = (parent: Stored | unknown[], key: string, { op, path, value }: Operation): void => {
  const at = (parent as Stored)[key]
  if (op === 'test') {
    if (JSON.stringify(at) !== JSON.stringify(value)) throw new PatchRefused(`testing value ${path} failed`)
  } else if (op === 'add' && Array.isArray(parent)) parent.splice(key === '-' ? parent.length : Number(key), 0, value)
  else if (op === 'add') (parent as Stored)[key] = value
  else if (at === undefined) throw new PatchRefused(`${op} ${path}: there is nothing`)
  else if (op === 'replace') (parent as Stored)[key] = value
  else if (op === 'remove' && Array.isArray(parent)) parent.splice(Number(key), 1)
  else if (op === 'remove') delete (parent as Stored)[key]
  else throw new Error(`the operation ${op} is not known here`)
}

export const isObject = (value: unknown): value is Stored => typeof value === 'object' && value !== null && !Array.isArray(value)
