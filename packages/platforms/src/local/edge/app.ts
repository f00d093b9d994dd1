import { KitError, type Clock, type Logger, type Random } from '@deploy-kit/core'
import { sameRelease, type Percent, type Release, type Side } from '@deploy-kit/rollout'
import type { PrepareBody, PromoteBody, WeightBody } from '../protocol.ts'
import { DeadManSwitch } from './dead-man-switch.ts'
import type { DocumentShelf } from './document-shelf.ts'
import type { MeasuredApp } from './metrics/exposition.ts'
import { VersionMetrics } from './metrics/version-metrics.ts'
import { Assignment } from './proxy/assignment.ts'
import type { Version } from './version.ts'

export interface AppRequest {
  readonly name: string
  readonly documents: DocumentShelf
  readonly makeVersion: (body: PrepareBody, metrics: VersionMetrics) => Version
  readonly save: () => Promise<void>
  /** How long requests that are under way on a version that leaves may take, and its processes to end, in milliseconds. */
  readonly drainMs: number
  readonly graceMs: number
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** Versions whose counters are kept after they are gone, so that a source that reads late still finds them. */
const measuredVersions = 20

/**
 * One app: which version is stable, which is canary, how the requests are dealt. A change takes effect at once, between
 * two requests, and is on the disk when its promise resolves.
 */
export class App {
  readonly name: string
  readonly documents: DocumentShelf
  stable: Version | undefined
  canary: Version | undefined
  /** The version that was replaced last, still warm. */
  kept: Version | undefined
  readonly deadMan: DeadManSwitch
  readonly #request: AppRequest
  readonly #assignment: Assignment
  readonly #metrics = new Map<string, VersionMetrics>()
  readonly #leaving = new Set<Promise<void>>()
  #keeping = new AbortController()

  constructor(request: AppRequest) {
    this.#request = request
    this.name = request.name
    this.documents = request.documents
    this.#assignment = new Assignment(request.random)
    this.deadMan = new DeadManSwitch({
      documents: request.documents,
      canary: () => this.canary,
      weight: () => this.weight,
      setWeight: (weight) => this.#setWeight(weight),
      clock: request.clock,
      log: request.log,
    })
  }

  get weight(): Percent {
    return this.#assignment.weight
  }

  get versions(): Version[] {
    return [this.stable, this.canary, this.kept].filter((version) => version !== undefined)
  }

  /** The version for the next request. */
  route(pinned: Side | undefined): Version | undefined {
    if (pinned !== undefined) return this[pinned]
    return this.#assignment.next() ? this.canary : this.stable
  }

  /**
   * Brings back what was stored. Resolves when every version that has traffic is ready or has failed once: nobody waits at the
   * door for a canary that gets none.
   */
  async restore(stable: PrepareBody | undefined, canary: PrepareBody | undefined, weight: Percent): Promise<void> {
    this.stable = stable && this.#make(stable)
    this.canary = canary && this.#make(canary)
    this.#assignment.weight = weight
    const resumed = this.versions.map((version) => ({ version, isBack: version.resume() }))
    await Promise.all(resumed.filter(({ version }) => version !== this.canary || weight > 0).map(({ isBack }) => isBack))
  }

  /**
   * The release becomes the canary and is started; whether it is ready is seen in the view.
   * @throws KitError `canary-has-traffic`, `nothing-to-release`
   */
  async prepare(body: PrepareBody): Promise<void> {
    const { release, attempt } = body
    const { canary } = this
    if (canary !== undefined) {
      const isSame = sameRelease(canary.release, release)
      if (isSame && (canary.failure === undefined || canary.attempt === attempt)) return
      if (!isSame && this.weight > 0) throw this.#hasTraffic('replaced')
    }
    if (sameRelease(this.stable?.release, release)) throw new KitError('nothing-to-release', `${release.digest} is stable already.`)
    if (canary !== undefined) this.#leave(canary)
    if (sameRelease(this.kept?.release, release)) {
      this.#keeping.abort()
      this.canary = this.kept
      this.kept = undefined
    } else {
      this.canary = this.#make(body)
      void this.canary.start()
    }
    await this.#request.save()
  }

  /** @throws KitError `canary-not-ready`, `foreign-writer` */
  async shift({ weight, expected }: WeightBody): Promise<void> {
    if (weight > this.weight && this.canary?.hasFullCapacity !== true)
      throw new KitError('canary-not-ready', `The canary cannot be given ${weight} % of the traffic: ${capacity(this.canary)}.`)
    // Home is never refused.
    if (weight !== 0 && expected !== undefined && this.weight !== expected && this.weight !== weight)
      throw new KitError(
        'foreign-writer',
        `The weight is ${this.weight} %, not ${expected} %, which was seen last, nor ${weight} %, which was asked for.`,
      )
    await this.#setWeight(weight)
  }

  /** @throws KitError `canary-not-ready` */
  async promote({ expected }: PromoteBody): Promise<void> {
    const { canary, stable } = this
    const isExpected = (release: Release | undefined): boolean =>
      release !== undefined &&
      (expected === undefined || (release.digest === expected.digest && release.configuration === expected.configuration))
    if (canary === undefined && isExpected(stable?.release)) return
    if (canary === undefined || !isExpected(canary.release) || !canary.hasFullCapacity)
      throw new KitError(
        'canary-not-ready',
        `The canary cannot be promoted: ${isExpected(canary?.release) ? capacity(canary) : 'it is another release'}.`,
      )
    this.stable = canary
    this.canary = undefined
    this.#assignment.weight = 0
    this.#keep(stable, canary.settings.keepOldForMs)
    await this.#request.save()
  }

  /** @throws KitError `canary-has-traffic` */
  async discard(): Promise<void> {
    if (this.canary === undefined) return
    if (this.weight > 0) throw this.#hasTraffic('removed')
    this.#leave(this.canary)
    this.canary = undefined
    await this.#request.save()
  }

  measured(): MeasuredApp {
    const shown = new Map<string, Side>()
    if (this.canary !== undefined) shown.set(keyOf(this.canary.release), 'canary')
    if (this.stable !== undefined) shown.set(keyOf(this.stable.release), 'stable')
    const versions = [...this.#metrics].map(([key, metrics]) => {
      const [digest, configuration] = JSON.parse(key) as [string, string]
      return { digest, configuration, side: shown.get(key), metrics }
    })
    return { app: this.name, weight: this.weight, versions }
  }

  /** Ends all processes; what is stored stays as it is. */
  async close(): Promise<void> {
    this.deadMan.disarm()
    this.#keeping.abort()
    await Promise.all(this.versions.map((version) => version.stop(this.#request.graceMs)))
    await Promise.all(this.#leaving)
  }

  async #setWeight(weight: Percent): Promise<void> {
    if (weight === this.weight) return
    this.#assignment.weight = weight
    await this.#request.save()
  }

  #make(body: PrepareBody): Version {
    const key = keyOf(body.release)
    const metrics = this.#metrics.get(key) ?? new VersionMetrics()
    // The order of a Map is that of insertion: the version used last goes to the end, the first are forgotten.
    this.#metrics.delete(key)
    this.#metrics.set(key, metrics)
    const alive = new Set([...this.versions.map((version) => keyOf(version.release)), key])
    for (const old of [...this.#metrics.keys()].filter((known) => !alive.has(known)).slice(0, -measuredVersions)) this.#metrics.delete(old)
    return this.#request.makeVersion(body, metrics)
  }

  /** Keeps the replaced version warm for a while, so that going back to it is instant. */
  #keep(version: Version | undefined, forMs: number): void {
    this.#keeping.abort()
    if (this.kept !== undefined) this.#leave(this.kept)
    this.kept = version
    if (version === undefined) return
    this.#keeping = new AbortController()
    const { signal } = this.#keeping
    const letGo = async (): Promise<void> => {
      await this.#request.clock.sleep(forMs, signal)
      this.kept = undefined
      this.#leave(version)
    }
    letGo().catch(() => undefined) // It serves again, or another one took its place.
  }

  /** Lets a version that gets no new requests finish what it has, and ends it. */
  #leave(version: Version): void {
    const { drainMs, graceMs } = this.#request
    const leaving = version
      .drained(drainMs)
      .then(() => version.stop(graceMs))
      .finally(() => this.#leaving.delete(leaving))
    this.#leaving.add(leaving)
  }

  #hasTraffic(what: string): KitError {
    return new KitError('canary-has-traffic', `The canary of ${this.name} has ${this.weight} % of the traffic and cannot be ${what}.`)
  }
}

const keyOf = ({ digest, configuration }: Release): string => JSON.stringify([digest, configuration])

const capacity = (canary: Version | undefined): string => {
  if (canary === undefined) return 'there is none'
  if (canary.failure !== undefined) return canary.failure.message
  return `${canary.ready} of ${canary.settings.replicas} replicas are ready`
}
