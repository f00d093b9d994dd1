import type { Finding } from '@deploy-kit/rollout'
import type { Cluster } from '../cluster.ts'
import { deniedOf, type Access } from '../role/allowed.ts'
import { partsOf, permissions, type Permission, type RoleNames } from '../role/permissions.ts'
import { neighbourKinds } from './neighbours.ts'
import { neighbourGroups } from './read-neighbours.ts'

/** Which permissions of the published role this user lacks. */
export const missingPermissions = async (names: RoleNames, cluster: Cluster, signal: AbortSignal): Promise<readonly Finding[]> => {
  const groups = await neighbourGroups(cluster, signal)
  const absent = new Set(neighbourKinds.map(({ group }) => group).filter((group) => !groups.has(group)))
  const parts = partsOf(cluster.options)
  const wanted = permissions.filter(({ part, group }) => parts.has(part) && !absent.has(group))
  const accesses = wanted.map((permission) => ({ permission, accesses: accessesOf(permission, names) }))
  const denied = new Set(
    await deniedOf(
      accesses.flatMap((each) => each.accesses),
      cluster,
      signal,
    ),
  )
  const lacking = accesses.flatMap(({ permission, accesses: all }) => {
    const missing = all.filter((access) => denied.has(access))
    return missing.length === 0 ? [] : [{ permission, missing }]
  })
  return [
    ...told(
      lacking.filter(({ permission }) => !permission.optional),
      'error',
    ),
    ...told(
      lacking.filter(({ permission }) => permission.optional),
      'warning',
    ),
  ]
}

const accessesOf = ({ group, resource, verbs, names: namesOf }: Permission, names: RoleNames): readonly Access[] =>
  verbs.flatMap((verb) =>
    namesOf === undefined ? [{ group, resource, verb }] : namesOf(names).map((name) => ({ group, resource, verb, name })),
  )

interface Lacking {
  readonly permission: Permission
  readonly missing: readonly Access[]
}

const told = (lacking: readonly Lacking[], severity: Finding['severity']): readonly Finding[] => {
  if (lacking.length === 0) return []
  const lines = lacking.map(({ permission: { group, resource, why }, missing }) => {
    const verbs = [...new Set(missing.map(({ verb }) => verb))].join(', ')
    const named = [...new Set(missing.flatMap(({ name }) => name ?? []))].join(', ')
    return `${verbs} ${resource}${group === '' ? '' : `.${group}`}${named === '' ? '' : ` (${named})`}: ${why}`
  })
  const message =
    severity === 'error'
      ? `This user may not do what a release needs: ${lines.join('; ')}.`
      : `This user may not look at everything that can hurt a release: ${lines.join('; ')}.`
  return [{ severity, code: 'permission-missing', message }]
}
