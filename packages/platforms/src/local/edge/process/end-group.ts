import type { Clock } from '@deploy-kit/core'

/** Ends a process and what it has started: SIGTERM, and SIGKILL for what is left after `graceMs` milliseconds. */
export const endGroup = async (pid: number, isGone: () => boolean | Promise<boolean>, graceMs: number, clock: Clock): Promise<void> => {
  signalGroup(pid, 'SIGTERM')
  const deadline = clock.now() + graceMs
  while (!(await isGone()) && clock.now() < deadline) await clock.sleep(20)
  signalGroup(pid, 'SIGKILL')
}

/** Each version is started as the leader of a group of its own, so its number names the group as well. */
export const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    // ESRCH: nobody is left, which is what was wanted.
  }
}
