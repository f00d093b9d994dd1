import { readFile } from 'node:fs/promises'
import type { Clock, Logger } from '@deploy-kit/core'
import { writeAtomicallySync } from '../state/atomic-file.ts'
import { endGroup } from './end-group.ts'
import { startIdentity } from './start-identity.ts'

/**
 * The processes that an edge has started, on disk, so that the next edge finds those of one that was killed. They are
 * ended rather than adopted: only a parent hears of the end of a process and may wait for it.
 */
export class ProcessTable {
  readonly #file: string
  readonly #living = new Map<number, string | undefined>()

  constructor(file: string) {
    this.#file = file
  }

  /** Records a process. The number is on the disk before this returns; its start time follows. */
  async add(pid: number): Promise<void> {
    this.#living.set(pid, undefined)
    this.#write()
    const identity = await startIdentity(pid)
    if (!this.#living.has(pid)) return
    this.#living.set(pid, identity)
    this.#write()
  }

  remove(pid: number): void {
    if (this.#living.delete(pid)) this.#write()
  }

  /** Ends what an earlier edge left running. A number that another process has by now is left alone. */
  async endOrphans(graceMs: number, clock: Clock, log: Logger): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[]')
    const left = JSON.parse(text) as [pid: number, identity: string | null][]
    await Promise.all(
      left.map(async ([pid, identity]) => {
        if (identity === null || (await startIdentity(pid)) !== identity) return
        log.warning(`process ${pid} of an edge that was killed is still running: it is ended`)
        await endGroup(pid, async () => (await startIdentity(pid)) !== identity, graceMs, clock)
      }),
    )
    this.#write()
  }

  #write(): void {
    writeAtomicallySync(this.#file, JSON.stringify([...this.#living].map(([pid, identity]) => [pid, identity ?? null])))
  }
}
