import { get } from 'node:http'
import { formatDuration, type Clock } from '@deploy-kit/core'
import type { Instance } from './instance.ts'

export interface Readiness {
  readonly path: string
  readonly withinMs: number
}

/** Undefined as soon as the instance answers 2xx, else why it will not be ready, in a sentence. Ends with the process. */
export const whyNotReady = async (
  instance: Instance,
  { path, withinMs }: Readiness,
  clock: Clock,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const deadline = clock.now() + withinMs
  for (;;) {
    const seen = await probe(instance.port, path)
    if (seen >= 200 && seen < 300 && instance.exit === undefined) return undefined
    if (instance.exit !== undefined) return `It ended with ${instance.exit} before it was ready.`
    if (clock.now() >= deadline) {
      const answer = seen === 0 ? 'nothing answers there' : `the last answer was ${seen}`
      return `GET ${path} was not answered with 2xx within ${formatDuration(withinMs)}; ${answer}.`
    }
    await Promise.race([instance.ended, clock.sleep(50, signal)])
  }
}

/** The status of one answer, 0 when there is none within a second. */
const probe = (port: number, path: string): Promise<number> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false, timeout: 1_000 }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.once('timeout', () => request.destroy())
    request.once('error', () => resolve(0))
    request.once('close', () => resolve(0))
  })
