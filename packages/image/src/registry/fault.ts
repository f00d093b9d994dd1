import { KitError, type ReasonCode } from '@deploy-kit/core'

export interface Refusal {
  readonly status: number
  readonly body: string
}

/**
 * The error for an answer that is no success: one code for each class of what to do about it. The registry's own words are in the message
 * (errors by the OCI distribution specification, "Error Codes"), and nothing of what was sent.
 * @param what what was asked for, such as `the manifest v1 of ghcr.io/acme/shop`
 */
export const refusal = (registry: string, what: string, { status, body }: Refusal): KitError => {
  const { codes, words } = told(body)
  const message = `${registry} answered with status ${status} when it was asked for ${what}${words === '' ? '.' : `: ${words}`}`
  return new KitError(codeOf(status, codes), message)
}

const codeOf = (status: number, codes: readonly string[]): ReasonCode => {
  if (status === 429 || codes.includes('TOOMANYREQUESTS')) return 'registry-rate-limited'
  if (status === 401 || status === 403) return 'registry-denied'
  if (status === 404) return 'registry-not-found'
  return status >= 500 || status === 408 ? 'registry-unavailable' : 'registry-refused'
}

const told = (body: string): { codes: readonly string[]; words: string } => {
  try {
    const { errors } = JSON.parse(body) as { errors?: readonly { code?: unknown; message?: unknown }[] }
    if (Array.isArray(errors) && errors.length > 0) {
      const lines = errors.map(({ code, message }) => [code, message].filter((part) => typeof part === 'string' && part !== '').join(' '))
      return { codes: errors.map(({ code }) => String(code)), words: lines.join('; ').slice(0, 500) }
    }
  } catch {
    // A proxy in between answers with a page of its own.
  }
  return { codes: [], words: body.replace(/\s+/g, ' ').trim().slice(0, 200) }
}
