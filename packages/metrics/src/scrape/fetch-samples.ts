import { KitError, request, single, type Clock } from '@deploy-kit/core'
import { parseExposition } from '../exposition/parse.ts'
import type { Sample } from '../exposition/sample.ts'

/** A scrape is repeated by whoever judges; one that takes longer than this would only delay the verdict. */
const policy = { ...single, timeoutMs: 5_000 }

/**
 * What one endpoint exposes now.
 * @throws KitError `metrics-unavailable`; the signal's reason when it is aborted
 */
export const fetchSamples = async (
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Sample[]> => {
  const { origin, pathname } = new URL(endpoint)
  const unavailable = (message: string, cause?: unknown): KitError =>
    new KitError('metrics-unavailable', `${origin}${pathname}: ${message}`, cause === undefined ? {} : { cause })
  try {
    const answer = await request(endpoint, { headers: { accept: 'text/plain; version=0.0.4', ...headers }, policy, clock, signal })
    if (answer.status !== 200) throw unavailable(`answered with status ${answer.status}.`)
    return parseExposition(answer.body)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof KitError && error.message.startsWith(origin)) throw error
    throw unavailable('no metrics could be read.', error)
  }
}
