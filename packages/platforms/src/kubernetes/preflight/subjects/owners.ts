import type { Finding } from '@deploy-kit/rollout'
import { ownerOf } from '../../objects/owner-of.ts'
import { calledIn } from '../situation.ts'
import type { Subject } from '../subject.ts'

/** Objects that a GitOps controller or Helm writes: it would undo a release, in the middle of it or with its next run. */
export const owners: Subject = ({ stable, route, options }) =>
  [stable, ...(route === undefined ? [] : [route])].flatMap((object) => {
    const owner = ownerOf(object, options)
    if (owner === undefined) return []
    return [
      {
        severity: options['managed-elsewhere'] === 'accept' ? 'warning' : 'error',
        code: 'managed-elsewhere',
        message: `${calledIn(object)} is managed by ${owner.name}, which would undo what a release changes.`,
        remedy: `${owner.remedy} Then set \`managed-elsewhere: accept\` in the platform of the environment.`,
      } satisfies Finding,
    ]
  })
