import type { KubeObject } from '../api/index.ts'

/** Fields of objects that the server writes: no change of a release. */
const serverOwned = new Set(['managedFields', 'resourceVersion', 'generation', 'creationTimestamp', 'uid', 'selfLink'])
const ofOthers =
  /^(?:deploy-kit\.io\/|kubectl\.kubernetes\.io\/last-applied-configuration$|deployment\.kubernetes\.io\/|deprecated\.daemonset\.template\.generation$)/
/** Longest value that is shown. */
const longest = 60

/**
 * What changes from one state of an object to another, as lines such as `spec.replicas: 2 -> 3`. Items of lists are called by their names
 * where they have some. Values of a Secret are never shown, only that they change.
 */
export const changesBetween = (before: KubeObject, after: KubeObject): readonly string[] => {
  const hidden = after.kind === 'Secret' || before.kind === 'Secret'
  return [...changed('', cleaned(before), cleaned(after), hidden)]
}

const cleaned = (object: KubeObject): unknown => {
  const { status: _, metadata, ...rest } = object as KubeObject & { readonly status?: unknown }
  const kept = Object.entries(metadata ?? {}).filter(([key]) => !serverOwned.has(key))
  return withoutOurs({ ...rest, metadata: Object.fromEntries(kept) })
}

/** Without the labels and annotations that deploy-kit and controllers add, and without the mappings that hold nothing else. */
const withoutOurs = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutOurs)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const kept = entries.filter(([key]) => !ofOthers.test(key)).map(([key, inner]): [string, unknown] => [key, withoutOurs(inner)])
  if (kept.length === 0 && entries.length > 0) return undefined
  return Object.fromEntries(kept.filter(([, inner]) => inner !== undefined))
}

function* changed(path: string, before: unknown, after: unknown, hidden: boolean): Generator<string> {
  if (before === after) return
  const [a, b] = [entriesOf(before), entriesOf(after)]
  if (a !== undefined && b !== undefined) {
    for (const key of new Set([...a.keys(), ...b.keys()])) {
      const [name, inner] = key.startsWith('[') ? ['', key] : ['.', key]
      yield* changed(path === '' ? inner : `${path}${name}${inner}`, a.get(key), b.get(key), hidden)
    }
    return
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return
  const isContent = hidden && /^(?:data|stringData)(?:\.|$)/.test(path)
  if (before === undefined) yield `${path}: ${isContent ? 'added (not shown)' : `added ${shown(after)}`}`
  else if (after === undefined) yield `${path}: ${isContent ? 'removed (not shown)' : `removed, was ${shown(before)}`}`
  else yield `${path}: ${isContent ? 'changed (not shown)' : `${shown(before)} -> ${shown(after)}`}`
}

/** The parts of a mapping or a list; undefined for a value, and for what is not there. */
const entriesOf = (value: unknown): ReadonlyMap<string, unknown> | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value)) return new Map(Object.entries(value))
  return new Map(value.map((item: unknown, index): [string, unknown] => [`[${nameOf(item) ?? index}]`, item]))
}

const nameOf = (item: unknown): string | undefined => {
  if (typeof item !== 'object' || item === null) return undefined
  const { name, containerPort, port, mountPath } = item as Readonly<Record<string, unknown>>
  const key = name ?? mountPath ?? containerPort ?? port
  return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined
}

const shown = (value: unknown): string => {
  const whole = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const text = whole.replaceAll(/sha256:([0-9a-f]{12})[0-9a-f]{52}/g, 'sha256:$1…')
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`
}
