import type { KitError } from '@deploy-kit/core'
import type { Finding } from '@deploy-kit/rollout'
import type { Situation } from './situation.ts'

/** One thing that is looked at. It sees what was read, and asks the cluster nothing more. */
export type Subject = (situation: Situation) => readonly Finding[]

/** What a request was refused with, as something that stands against a release. */
export const findingOf = ({ code, message, remedy }: KitError, severity: Finding['severity'] = 'error'): Finding => ({
  severity,
  code,
  message,
  remedy,
})
