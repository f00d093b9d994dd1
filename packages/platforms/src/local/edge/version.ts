import { asKitError, type Clock, type KitError } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'
import type { RunSettings } from '../protocol.ts'
import type { VersionMetrics } from './metrics/version-metrics.ts'
import type { Instance } from './process/instance.ts'
import type { Replica } from './process/replica.ts'

export interface VersionRequest {
  readonly release: Release
  readonly settings: RunSettings
  readonly attempt: string
  readonly metrics: VersionMetrics
  /** Unpacks the image and names the replicas, which are then started. */
  readonly makeReplicas: () => Promise<readonly Replica[]>
  readonly clock: Clock
}

/** A release as the edge runs it: its processes, and the requests that they are answering. */
export class Version {
  readonly release: Release
  readonly settings: RunSettings
  readonly attempt: string
  readonly metrics: VersionMetrics
  failure: KitError | undefined
  readonly #request: VersionRequest
  #replicas: readonly Replica[] = []
  #isReady = false
  #isStopped = false
  #turn = 0
  #inFlight = 0
  readonly #onIdle = new Set<() => void>()

  constructor(request: VersionRequest) {
    this.#request = request
    this.release = request.release
    this.settings = request.settings
    this.attempt = request.attempt
    this.metrics = request.metrics
  }

  get phase(): 'starting' | 'ready' | 'failed' {
    if (this.failure !== undefined) return 'failed'
    return this.#isReady ? 'ready' : 'starting'
  }

  /** Replicas that can take requests now. */
  get ready(): number {
    return this.#replicas.filter((replica) => replica.serving !== undefined).length
  }

  get hasFullCapacity(): boolean {
    return this.phase === 'ready' && this.ready === this.settings.replicas
  }

  /** Resolves when every replica is ready, or when one will not be; the failure is kept for whoever asks. Never throws. */
  async start(): Promise<void> {
    try {
      this.#replicas = await this.#request.makeReplicas()
      if (this.#isStopped) return
      await Promise.all(this.#replicas.map((replica) => replica.start()))
      this.#isReady = true
    } catch (error) {
      this.failure = asKitError(error)
      await this.#stopAll(1_000)
    }
  }

  /**
   * Starts a version that has served before: a process that does not become ready now is tried again and again.
   * Resolves when each has become ready or failed once. Never throws.
   */
  async resume(): Promise<void> {
    try {
      this.#replicas = await this.#request.makeReplicas()
      this.#isReady = true
      await Promise.all(this.#replicas.map((replica) => replica.resume()))
    } catch (error) {
      this.failure = asKitError(error)
    }
  }

  /** The process for the next request, in turn; undefined when none can take it. */
  next(): Instance | undefined {
    for (let tries = 0; tries < this.#replicas.length; tries += 1) {
      this.#turn = (this.#turn + 1) % this.#replicas.length
      const instance = this.#replicas[this.#turn]?.serving
      if (instance !== undefined) return instance
    }
    return undefined
  }

  /** Marks a request as under way until the returned function is called; calling it again changes nothing. */
  enter(): () => void {
    this.#inFlight += 1
    let isDone = false
    return () => {
      if (isDone) return
      isDone = true
      this.#inFlight -= 1
      if (this.#inFlight === 0) for (const wake of this.#onIdle) wake()
    }
  }

  /** Resolves when no request is under way, or after `withinMs` milliseconds: an event stream may never end. */
  async drained(withinMs: number): Promise<void> {
    if (this.#inFlight === 0) return
    const over = new AbortController()
    const idle = new Promise<void>((resolve) => this.#onIdle.add(resolve))
    await Promise.race([idle, this.#request.clock.sleep(withinMs, over.signal).catch(() => undefined)])
    over.abort()
  }

  /** Ends its processes: SIGTERM, and SIGKILL after `graceMs` milliseconds. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true
    await this.#stopAll(graceMs)
  }

  /** Digest that all its running processes have; undefined when none runs or they differ. */
  async runningDigest(): Promise<string | undefined> {
    const digests = new Set(await Promise.all(this.#replicas.map(async (replica) => replica.serving?.runningDigest())))
    digests.delete(undefined)
    return digests.size === 1 ? [...digests][0] : undefined
  }

  async #stopAll(graceMs: number): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.stop(graceMs)))
  }
}
