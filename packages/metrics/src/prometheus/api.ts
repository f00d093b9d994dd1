import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { KitError, messageOf, type HttpAnswer } from '@deploy-kit/core'
import type { Sample } from '../exposition/sample.ts'
import { filledHeaders } from '../http/headers.ts'
import type { AnswerWords } from '../http/judge-status.ts'
import type { SourceContext } from '../source.ts'
import { momentsOf, samplesOf } from './answer.ts'
import type { PrometheusServer } from './options.ts'

/** Moments in milliseconds since the epoch. */
export interface Range {
  readonly from: number
  readonly until: number
  readonly stepMs: number
}

/** What a Prometheus is asked. @throws KitError as a source does */
export interface PrometheusApi {
  /** The value of every series that a query selects, at one moment in milliseconds since the epoch. */
  at(query: string, at: number, signal: AbortSignal): Promise<readonly Sample[]>
  /** The same at each moment of a range; a moment without series is left out. */
  over(query: string, range: Range, signal: AbortSignal): Promise<ReadonlyMap<number, readonly Sample[]>>
}

/** The HTTP API of a Prometheus, or of what speaks like one: Thanos, Mimir, Cortex, VictoriaMetrics. */
export const prometheusApi = (server: PrometheusServer, { kind, http, secret, directory }: SourceContext): PrometheusApi => {
  const url = new URL(`${server.url.replace(/\/+$/, '')}/api/v1/query`)
  const words: AnswerWords = {
    source: `Prometheus at ${url.origin}${url.pathname.replace(/\/api\/v1\/query$/, '')}`,
    credentials: 'Give `bearer`, `basic` or one of the `headers` a credential that may query, and `tenant` a tenant it may read.',
  }
  let ca: Promise<string> | undefined

  const ask = async (path: 'query' | 'query_range', form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HttpAnswer> => {
    ca ??= server.tls === undefined ? undefined : certificates(resolve(directory, server.tls.ca))
    const trusted = await ca
    return http(new URL(path, url), {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        ...(server.tenant !== undefined && { 'x-scope-orgid': server.tenant, 'thanos-tenant': server.tenant }),
        ...credentials(server, secret),
        ...filledHeaders(server.headers, secret),
      },
      // A partial answer of Thanos would make counters fall and rise again. Others read over the parameter.
      body: new URLSearchParams({ ...form, partial_response: 'false' }).toString(),
      signal,
      ...(trusted !== undefined && { ca: trusted }),
    })
  }

  return {
    at: async (query, at, signal) => samplesOf(query, kind, await ask('query', { query, time: seconds(at) }, signal), words),
    over: async (query, { from, until, stepMs }, signal) => {
      const form = { query, start: seconds(from), end: seconds(until), step: String(stepMs / 1_000) }
      return momentsOf(query, await ask('query_range', form, signal), words)
    },
  }
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3)

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
