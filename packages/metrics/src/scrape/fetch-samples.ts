import { KitError } from '@deploy-kit/core'
import { parseExposition } from '../exposition/parse.ts'
import type { Sample } from '../exposition/sample.ts'
import { okAnswer } from '../http/judge-status.ts'
import type { SourceContext } from '../source.ts'

/**
 * What one endpoint exposes now.
 * @throws KitError as a source does; the signal's reason when it is aborted
 */
export const fetchSamples = async (
  endpoint: string,
  headers: Readonly<Record<string, string>>,
  http: SourceContext['http'],
  signal: AbortSignal,
): Promise<readonly Sample[]> => {
  const { origin, pathname } = new URL(endpoint)
  const answer = await http(endpoint, { headers: { accept: 'text/plain; version=0.0.4', ...headers }, signal })
  const { body } = okAnswer(answer, {
    source: `${origin}${pathname}`,
    credentials: 'Give the credential that the endpoint wants as one of the `headers`.',
  })
  try {
    return parseExposition(body)
  } catch (error) {
    throw new KitError('metrics-query-invalid', `${origin}${pathname} does not answer with metrics.`, {
      remedy: 'Give the address of a Prometheus text exposition, such as `http://host:port/metrics`.',
      cause: error,
    })
  }
}
