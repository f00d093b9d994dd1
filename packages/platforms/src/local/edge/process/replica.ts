import { KitError, messageOf, type Clock, type Logger } from '@deploy-kit/core'
import type { Command } from '../image/command.ts'
import type { Ports } from './free-port.ts'
import { startInstance, type Instance } from './instance.ts'
import { logTail } from './log-tail.ts'
import type { ProcessTable } from './process-table.ts'
import { whyNotReady, type Readiness } from './readiness.ts'

const firstPauseMs = 100
const longestPauseMs = 5_000
/** A process that has run so long did not crash at its start: the next pause is the first one again. */
const longLivedMs = 30_000

export interface ReplicaRequest {
  readonly name: string
  /** Counted from 0. */
  readonly index: number
  readonly commandFor: (port: number) => Command
  readonly readiness: Readiness
  readonly logFile: string
  readonly table: ProcessTable
  readonly ports: Ports
  readonly clock: Clock
  readonly log: Logger
}

/** Keeps one process of a version running: once it has been ready, it is started again whenever it ends. */
export class Replica {
  readonly #request: ReplicaRequest
  readonly #stopped = new AbortController()
  #instance: Instance | undefined
  #isReady = false
  #work: Promise<void> = Promise.resolve()

  constructor(request: ReplicaRequest) {
    this.#request = request
  }

  /** The process while it can take requests. */
  get serving(): Instance | undefined {
    return this.#isReady && this.#instance?.exit === undefined ? this.#instance : undefined
  }

  /** Resolves when it is ready. @throws KitError `canary-not-ready` with its last log lines, `image-not-runnable` */
  async start(): Promise<void> {
    const first = this.#startOnce()
    this.#work = first.then(
      () => this.#keepRunning(),
      () => undefined,
    )
    await first
  }

  /** Resolves when it is ready or has failed once, and goes on trying. */
  async resume(): Promise<void> {
    const first = this.#startOnce().catch((error: unknown) => this.#complain(error))
    this.#work = first.then(() => this.#keepRunning())
    await first
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort(new KitError('cancelled', `${this.#request.name} was stopped.`))
    await this.#instance?.stop(graceMs)
    await this.#work
    // One that was being started while the first was stopped.
    await this.#instance?.stop(graceMs)
  }

  async #startOnce(): Promise<void> {
    const { name, index, commandFor, readiness, logFile, table, ports, clock } = this.#request
    this.#isReady = false
    const port = await ports.take()
    try {
      this.#stopped.signal.throwIfAborted()
      const instance = await startInstance({ replica: index, command: commandFor(port), port, logFile, table, clock })
      this.#instance = instance
      void instance.ended.then(() => ports.giveBack(port))
      const why = await whyNotReady(instance, readiness, clock, this.#stopped.signal)
      if (why === undefined) {
        this.#isReady = true
        return
      }
      await instance.stop(1_000)
      const lines = await logTail(logFile, 10, instance.logStart)
      const said = lines === '' ? ' It printed nothing.' : ` Its last lines:\n${lines}`
      throw new KitError('canary-not-ready', `${name} did not become ready. ${why}${said}`)
    } catch (error) {
      if (this.#instance?.port !== port) ports.giveBack(port)
      throw error
    }
  }

  async #keepRunning(): Promise<void> {
    const { name, clock, log } = this.#request
    let pause = firstPauseMs
    while (!this.#stopped.signal.aborted) {
      const began = clock.now()
      const exit = await this.#instance?.ended
      if (this.#stopped.signal.aborted) return
      if (clock.now() - began > longLivedMs) pause = firstPauseMs
      log.warning(`${name} ended with ${exit ?? 'an error'}: it is started again in ${pause} ms`)
      try {
        await clock.sleep(pause, this.#stopped.signal)
        pause = Math.min(pause * 2, longestPauseMs)
        await this.#startOnce()
      } catch (error) {
        this.#complain(error)
      }
    }
  }

  #complain(error: unknown): void {
    if (!this.#stopped.signal.aborted) this.#request.log.error(messageOf(error))
  }
}
