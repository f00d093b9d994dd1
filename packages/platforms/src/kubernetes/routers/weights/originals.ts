import type { KubeObject } from '../../api/index.ts'
import { prefix } from '../../objects/labels.ts'
import { suffixed } from '../../objects/names.ts'
import type { Sides } from './sharing.ts'

/** What a list was before the canary came: each destination with its weight, null where there was none. */
export type Original = readonly (readonly [name: string, weight: number | null])[]

/** An annotation per Service, because several apps may share a route. */
const keyOf = ({ stable }: Sides): string => `${prefix}/${suffixed(stable, '.weights')}`

export const originalOf = ({ metadata }: KubeObject, sides: Sides): readonly Original[] | undefined => {
  const noted = metadata?.annotations?.[keyOf(sides)]
  return noted === undefined ? undefined : (JSON.parse(noted) as readonly Original[])
}

/** The object with a note of what its lists were, unless there is one already. */
export const remember = <T extends KubeObject>(object: T, sides: Sides, originals: readonly Original[]): T =>
  originalOf(object, sides) === undefined ? annotated(object, keyOf(sides), JSON.stringify(originals)) : object

export const forget = <T extends KubeObject>(object: T, sides: Sides): T => annotated(object, keyOf(sides), undefined)

/** The object with an annotation, or without it; without any it has no annotations at all. */
export const annotated = <T extends KubeObject>(object: T, key: string, value: string | undefined): T => {
  const others = Object.entries(object.metadata?.annotations ?? {}).filter(([name]) => name !== key)
  const entries = value === undefined ? others : [...others, [key, value] as const]
  const { annotations: _replaced, ...metadata } = object.metadata ?? {}
  return { ...object, metadata: { ...metadata, ...(entries.length > 0 && { annotations: Object.fromEntries(entries) }) } }
}
