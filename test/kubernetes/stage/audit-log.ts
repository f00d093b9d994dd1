import { createReadStream, statSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'

/** A request as the API server has logged it. */
export interface Audited {
  readonly verb: string
  readonly group: string
  /** `pods`, or `pods/proxy`; undefined for what is no object, such as /apis. */
  readonly resource: string | undefined
  readonly name: string | undefined
  readonly status: number
  readonly uri: string
}

interface Line {
  readonly stage: string
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: { readonly apiGroup?: string; readonly resource?: string; readonly subresource?: string; readonly name?: string }
  readonly responseStatus?: { readonly code?: number }
}

export interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

/** @throws Error when no audit log is named */
const auditLog = (): string => {
  const path = process.env['DEPLOY_KIT_TEST_AUDIT_LOG']
  if (path !== undefined && path !== '') return path
  throw new Error('DEPLOY_KIT_TEST_AUDIT_LOG is not set. test/kubernetes/README.md says what the tests in a cluster need.')
}

/** How far the log has come; what is sent from now on stands behind that. */
export const auditLogNow = (): number => statSync(auditLog()).size

/**
 * What a user has sent, once each request has been answered.
 * @param since a place in the log from which on it is read; a log that was rotated meanwhile is read whole
 */
export const requestsOf = async (username: string, since = 0): Promise<readonly Audited[]> => {
  const requests: Audited[] = []
  const start = auditLogNow() < since ? 0 : since
  for await (const text of createInterface({ input: createReadStream(auditLog(), { start }), crlfDelay: Infinity })) {
    // Most lines are of others, and the log is long.
    if (!text.includes(username)) continue
    const { stage, verb, requestURI: uri, user, objectRef, responseStatus } = JSON.parse(text) as Line
    if (stage !== 'ResponseComplete' || user.username !== username) continue
    const { apiGroup = '', resource, subresource, name } = objectRef ?? {}
    const whole = resource === undefined || subresource === undefined ? resource : `${resource}/${subresource}`
    requests.push({ verb, group: apiGroup, resource: whole, name, status: responseStatus?.code ?? 0, uri })
  }
  return requests
}

/** Rules of the Role among some objects. */
export const rulesOf = (objects: readonly KubeObject[]): readonly Rule[] =>
  objects.flatMap((object) => (object.kind === 'Role' ? (object as KubeObject & { readonly rules: readonly Rule[] }).rules : []))

/** Whether a rule is about a request; a creation that sends no name has none in the log either, or the one that it was given. */
export const covers = ({ apiGroups, resources, verbs, resourceNames }: Rule, { group, resource = '', verb, name }: Audited): boolean =>
  apiGroups.includes(group) &&
  resources.includes(resource) &&
  verbs.includes(verb) &&
  (resourceNames === undefined || (name !== undefined && resourceNames.includes(name)))

/**
 * Whether a rule with one verb was used by a request. An apply that makes an object is asked for `create` besides `patch`, and is logged as a patch that was
 * answered with 201.
 */
export const uses = (rule: Rule, request: Audited): boolean =>
  covers(rule, request) || (request.verb === 'patch' && request.status === 201 && covers(rule, { ...request, verb: 'create' }))

/** Groups that every authenticated user may ask: what is there, and what am I allowed to do (system:discovery, system:basic-user). */
export const forEverybody = ({ resource, group }: Audited): boolean => resource === undefined || group === 'authorization.k8s.io'
