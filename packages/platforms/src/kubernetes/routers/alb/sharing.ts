import { isDeepStrictEqual } from 'node:util'
import type { Ingress } from '../../objects/models.ts'
import { prefix } from '../../objects/labels.ts'
import { annotated } from '../weights/originals.ts'
import { escaped, setAt } from '../weights/pointer.ts'
import type { Sharing } from '../weights/sharing.ts'
import { actionPrefix, forwardsOf, withGroups, type TargetGroup } from './actions.ts'

/** The texts of the actions as their owners wrote them, spaces and all. */
const textsBefore = `${prefix}/actions`

const at = (key: string): string => `/metadata/annotations/${escaped(key)}`
const textAt = ({ metadata }: Ingress, pointer: string): string =>
  Object.entries(metadata?.annotations ?? {}).find(([key]) => at(key) === pointer)?.[1] ?? '{}'

/** Weights of target groups are 0 to 999, and 1 when absent (Elastic Load Balancing, TargetGroupTuple). */
export const albSharing: Sharing<Ingress, TargetGroup> = {
  lists: (ingress) => forwardsOf(ingress).map(({ key, groups }) => ({ at: at(key), destinations: groups })),
  withList: (ingress, pointer, groups) => setAt(ingress, pointer, withGroups(textAt(ingress, pointer), groups)),
  serviceOf: ({ serviceName, targetGroupARN = '' }) => serviceName ?? `arn:${targetGroupARN}`,
  towards: (group, serviceName) => ({ ...group, serviceName }),
  absentIn: () => 1,
  largest: 999,
  patchOf: (ingress, { at: pointer }, changed) => {
    const text = textAt(ingress, pointer)
    return [
      { op: 'test', path: pointer, value: text },
      { op: 'replace', path: pointer, value: withGroups(text, changed) },
    ]
  },
  keepsake: {
    attached: (before, after) => {
      if (after.metadata?.annotations?.[textsBefore] !== undefined) return after
      const texts = Object.entries(before.metadata?.annotations ?? {}).filter(([key]) => key.startsWith(actionPrefix))
      return annotated(after, textsBefore, JSON.stringify(Object.fromEntries(texts)))
    },
    detached: (ingress) => {
      const noted = JSON.parse(ingress.metadata?.annotations?.[textsBefore] ?? '{}') as Readonly<Record<string, string>>
      const same = Object.entries(noted).filter(([key, text]) => {
        const now = ingress.metadata?.annotations?.[key]
        return now !== undefined && sameJson(now, text)
      })
      const restored = same.reduce((changed, [key, text]) => setAt(changed, at(key), text), ingress)
      return annotated(restored, textsBefore, undefined)
    },
  },
}

const sameJson = (a: string, b: string): boolean => {
  try {
    return isDeepStrictEqual(JSON.parse(a), JSON.parse(b))
  } catch {
    return false
  }
}
