import type { ContainerStatus } from '../../objects/models.ts'
import type { Fault } from './fault.ts'

/**
 * A container that has ended for the second time without having become ready, or whose restart the kubelet puts off already. The first end
 * is forgiven, as Kubernetes does: a program that finds its database a moment later is well. The second comes at once when the
 * program ends at once, long before the kubelet speaks of CrashLoopBackOff with a pause of minutes.
 * An init container that has ended well, and a native sidecar that runs, are none of it.
 */
export const crashOf = (status: ContainerStatus): Omit<Fault, 'object'> | undefined => {
  const { name, state, lastState, ready, restartCount } = status
  const now = state?.terminated
  const last = now ?? lastState?.terminated
  if (ready || last === undefined) return undefined
  if (now?.exitCode === 0 && restartCount === 0) return undefined
  const ends = restartCount + (now === undefined ? 0 : 1)
  const putOff = state?.waiting?.reason === 'CrashLoopBackOff'
  if (ends < 2 && !putOff) return undefined
  const times = ends === 2 ? 'twice' : `${ends} times`
  const isOutOfMemory = last.reason === 'OOMKilled'
  const how = isOutOfMemory ? 'killed for want of memory (OOMKilled)' : `exit code ${last.exitCode}${named(last.reason)}`
  const said = last.message === undefined || last.message === '' ? '' : `: ${last.message.trim()}`
  return {
    reason: isOutOfMemory ? 'OOMKilled' : 'CrashLoopBackOff',
    text: `container \`${name}\` ended ${ends < 2 ? 'once' : times}, ${how}${said}`,
    remedy: isOutOfMemory
      ? 'Raise the memory limit of the container, or release a version that needs less.'
      : 'Read its last lines, and release a corrected version or configuration.',
    graceMs: 0,
    log: { container: name, previous: now === undefined },
  }
}

const named = (reason: string | undefined): string => (reason === undefined || reason === 'Error' ? '' : ` (${reason})`)
