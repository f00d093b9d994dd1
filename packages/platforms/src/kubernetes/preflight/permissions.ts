import type { Finding } from '@deploy-kit/rollout'
import type { Cluster } from '../cluster.ts'
import { deniedOf, type Access } from '../role/allowed.ts'
import { lookForRole } from '../role/look.ts'
import { permissionsOf } from '../role/parts.ts'
import type { Permission, RoleNames } from '../role/permissions.ts'
import { roleNames, type Looked } from '../role/role-names.ts'

/**
 * Which permissions of the role of this configuration this user lacks.
 * @param seen what preflight has looked at already
 */
export const missingPermissions = async (
  cluster: Cluster,
  environment: string,
  signal: AbortSignal,
  seen: Looked = {},
): Promise<readonly Finding[]> => {
  const looked = await lookForRole(cluster, signal, seen)
  const names = roleNames(cluster, environment, looked)
  // Where nothing scales the workload, nothing has to be kept from it.
  const wanted = permissionsOf(cluster.options, looked).filter(
    ({ part }) => part !== 'autoscalers' || (looked.autoscalers ?? []).length > 0,
  )
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
      : `This user may not look at, or keep away, everything that can hurt a release: ${lines.join('; ')}.`
  return [{ severity, code: 'permission-missing', message }]
}
