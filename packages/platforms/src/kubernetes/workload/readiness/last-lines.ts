import { single } from '@deploy-kit/core'
import { kinds, pathOf, type KubeClient } from '../../api/index.ts'
import type { Pod } from '../../objects/models.ts'
import type { Fault } from './fault.ts'
import { redactLog } from './redact-log.ts'

const lines = 10
/** Of one log, and of one line of it. */
const longestLog = 64 * 1024
const longestLine = 400

/**
 * The last lines of a container, redacted and bounded; '' when there is no log. A container that was begun anew has its last words in the log
 * of its run before.
 */
export const lastLines = async (
  client: KubeClient,
  pod: Pod,
  { container, previous }: NonNullable<Fault['log']>,
  signal: AbortSignal,
): Promise<string> => {
  const { namespace = '', name = '' } = pod.metadata ?? {}
  const path = `${pathOf(kinds.pod, namespace, name)}/log`
  const read = (of: 'previous' | 'present'): Promise<string> =>
    client
      .text(path, {
        signal,
        policy: single,
        query: { container, tailLines: String(lines), limitBytes: String(longestLog), ...(of === 'previous' && { previous: 'true' }) },
      })
      // The log is a help, and no reason to fail otherwise than for what was found.
      .catch(() => '')
  const found = (previous && (await read('previous'))) || (await read('present'))
  const spec = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find((each) => each.name === container)
  return redactLog(found, spec)
    .trimEnd()
    .split(/\r?\n/)
    .slice(-lines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
    .join('\n')
}
