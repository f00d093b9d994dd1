import { fieldManager, overConflicts, type KubeClient, type KubeObject } from '../api/index.ts'

interface ManagedFields {
  readonly manager?: string
  readonly operation?: string
  readonly subresource?: string
  readonly apiVersion?: string
  readonly fieldsType?: string
  readonly fieldsV1?: Fields
}

interface Fields {
  readonly [key: string]: Fields
}

interface Managed extends KubeObject {
  readonly metadata?: NonNullable<KubeObject['metadata']> & { readonly managedFields?: readonly ManagedFields[] }
}

/** Tools of people, and what wrote objects before the server kept managers. Their fields are those of the manifests that deploy-kit applies now. */
const isTool = (manager: string): boolean => manager === fieldManager || manager === 'before-first-apply' || manager.startsWith('kubectl')

/**
 * The managers of an object when deploy-kit's first apply takes over what was applied by other means: without that, a field that is no longer
 * in the manifests would stay, because its old manager still wants it (client-go, csaupgrade). Replicas stay with whoever has them: a field
 * that nobody wants any more falls back to its default, which is 1. Undefined when there is nothing to take over.
 * @param wholeTemplate whether fields of the pod template are taken from every manager that did not use apply
 */
export const takenOver = (object: Managed, wholeTemplate: boolean): readonly ManagedFields[] | undefined => {
  const entries = object.metadata?.managedFields ?? []
  let taken: Fields = {}
  const left: ManagedFields[] = []
  for (const entry of entries) {
    const { manager = '', operation, subresource = '', fieldsV1 = {} } = entry
    const [own, others] =
      operation !== 'Update' || subresource !== ''
        ? [{}, fieldsV1]
        : isTool(manager)
          ? split(fieldsV1, ['f:spec', 'f:replicas'], false)
          : wholeTemplate
            ? split(fieldsV1, ['f:spec', 'f:template'], true)
            : [{}, fieldsV1]
    taken = merged(taken, own)
    if (Object.keys(others).length > 0) left.push({ ...entry, fieldsV1: others })
  }
  if (Object.keys(taken).length === 0) return undefined
  const mine = left.find(({ manager, operation }) => manager === fieldManager && operation === 'Apply')
  const entry: ManagedFields = {
    manager: fieldManager,
    operation: 'Apply',
    apiVersion: mine?.apiVersion ?? object.apiVersion ?? '',
    fieldsType: 'FieldsV1',
    fieldsV1: merged(mine?.fieldsV1 ?? {}, taken),
  }
  return [...left.filter((each) => each !== mine), entry]
}

/** Fields below a path, and the others. `inside`: the first of the two are those below it; else they are the rest. */
const split = (fields: Fields, path: readonly string[], inside: boolean): readonly [Fields, Fields] => {
  const [below, rest] = cut(fields, path)
  return inside ? [below, rest] : [rest, below]
}

const cut = (fields: Fields, [key = '', ...path]: readonly string[]): readonly [Fields, Fields] => {
  const found = fields[key]
  if (found === undefined) return [{}, fields]
  const { [key]: _, ...others } = fields
  if (path.length === 0) return [{ [key]: found }, others]
  const [below, rest] = cut(found, path)
  if (Object.keys(below).length === 0) return [{}, fields]
  return [{ [key]: below }, Object.keys(rest).length === 0 ? others : { ...others, [key]: rest }]
}

const merged = (a: Fields, b: Fields): Fields => {
  const both: Record<string, Fields> = { ...a }
  for (const [key, inner] of Object.entries(b)) both[key] = merged(both[key] ?? {}, inner)
  return both
}

/** Takes over what deploy-kit's apply of a live object needs to own. Its controllers may write into it at the same moment. */
export const takeOver = async (client: KubeClient, path: string, wholeTemplate: boolean, signal: AbortSignal): Promise<void> => {
  await overConflicts(async () => {
    const live = await client.get<Managed>(path, { signal })
    const managers = live && takenOver(live, wholeTemplate)
    if (managers === undefined) return
    await client.patch(
      path,
      [
        { op: 'replace', path: '/metadata/managedFields', value: managers },
        { op: 'replace', path: '/metadata/resourceVersion', value: live?.metadata?.resourceVersion ?? '' },
      ],
      { type: 'json-patch', signal },
    )
  })
}

/** A field that somebody else has and an apply would change. */
export interface FieldConflict {
  readonly manager: string
  readonly field: string
}

/**
 * The conflicts in the server's answer to an apply without force: `conflict with "helm" using v1: .spec.type`, or a list of
 * `conflicts with "helm" using v1:` and `- .spec.type`. Those with tools of people are none: their fields are taken over.
 */
export const conflictsIn = (message: string): readonly FieldConflict[] => {
  const found: FieldConflict[] = []
  let manager = ''
  for (const line of message.split('\n')) {
    const named = /conflicts? with "([^"]+)"[^:]*:\s*(\.\S+)?/.exec(line)
    if (named !== null) manager = named[1] ?? ''
    const field = named?.[2] ?? /^-\s*(\.\S+)/.exec(line)?.[1]
    if (field !== undefined && !isTool(manager)) found.push({ manager, field })
  }
  return found
}
