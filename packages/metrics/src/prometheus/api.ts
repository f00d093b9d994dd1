import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KitError, messageOf } from '@deploy-kit/core'
import type { Sample } from '../exposition/sample.ts'
import { filledHeaders } from '../http/headers.ts'
import type { AnswerWords } from '../http/judge-status.ts'
import type { SourceContext } from '../source.ts'
import { samplesOf } from './answer.ts'
import type { PrometheusServer } from './options.ts'

/** The value of every series that a query selects, at one moment in milliseconds since the epoch. @throws KitError as a source does */
export type Ask = (query: string, at: number, signal: AbortSignal) => Promise<readonly Sample[]>

/** The HTTP API of a Prometheus, or of what speaks like one: Thanos, Mimir, Cortex, VictoriaMetrics. */
export const prometheusApi = (server: PrometheusServer, { kind, http, secret, directory }: SourceContext): Ask => {
  const url = new URL(`${server.url.replace(/\/+$/, '')}/api/v1/query`)
  const words: AnswerWords = {
    source: `Prometheus at ${url.origin}${url.pathname.replace(/\/api\/v1\/query$/, '')}`,
    credentials: 'Give `bearer`, `basic` or one of the `headers` a credential that may query, and `tenant` a tenant it may read.',
  }
  let ca: Promise<string> | undefined

  return async (query, at, signal) => {
    ca ??= server.tls === undefined ? undefined : certificates(resolve(directory, server.tls.ca))
    const trusted = await ca
    const answer = await http(url, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(server.tenant !== undefined && { 'x-scope-orgid': server.tenant, 'thanos-tenant': server.tenant }),
        ...credentials(server, secret),
        ...filledHeaders(server.headers, secret),
      },
      // A partial answer of Thanos would make counters fall and rise again. Others read over the parameter.
      body: new URLSearchParams({ query, time: (at / 1_000).toFixed(3), partial_response: 'false' }).toString(),
      signal,
      ...(trusted !== undefined && { ca: trusted }),
    })
    return samplesOf(query, kind, answer, words)
  }
}

const credentials = ({ basic, bearer }: PrometheusServer, secret: SourceContext['secret']): Record<string, string> => {
  if (bearer !== undefined) return { authorization: `Bearer ${secret(bearer)}` }
  if (basic === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${basic.username}:${secret(basic.password)}`).toString('base64')}` }
}

const certificates = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new KitError('config-invalid', `The certificates of \`tls.ca\` cannot be read: ${messageOf(error)}.`, {
      remedy: 'Name a PEM file, relative to the configuration.',
    })
  })
