import { KitError, type ReasonCode } from '@deploy-kit/core'
import { calledBy } from './kinds.ts'

interface Status {
  readonly reason?: string
  readonly message?: string
}

/** What the API server refused, as an error of ours. Its own message names user, verb and object, so it is passed on. */
export const refusal = (method: string, path: string, { status, body }: { readonly status: number; readonly body: string }): KitError => {
  const { message, reason } = statusOf(body)
  const said = message ?? (body.trim().slice(0, 300) || `status ${status}`)
  return new KitError(codeOf(status, reason), `${method} ${calledBy(path)}: ${said}`)
}

const statusOf = (body: string): Status => {
  try {
    return JSON.parse(body) as Status
  } catch {
    return {}
  }
}

const codeOf = (status: number, reason: string | undefined): ReasonCode => {
  if (status === 401) return 'cluster-unauthorised'
  if (status === 403) return 'cluster-forbidden'
  if (status === 404 || status === 410) return 'cluster-object-missing'
  if (status === 409 || reason === 'Conflict') return 'cluster-conflict'
  if (status >= 500 || status === 429) return 'platform-unreachable'
  return 'cluster-refused'
}
