import { KitError } from '@deploy-kit/core'
import {
  sameRelease,
  type Endpoint,
  type Percent,
  type Release,
  type Side,
  type Target,
  type TargetInPlace,
  type TargetState,
} from '@deploy-kit/rollout'

/** A workload in memory that refuses what a platform refuses, and checks that the traffic is always on a side that is whole. */
export class MemoryTarget implements Target {
  stable: Release | undefined
  canary: Release | undefined
  weight: Percent = 0
  readonly calls: string[] = []
  /** Weights in the order in which they were in place. */
  readonly weights: Percent[] = []
  /** Called before each mutation; may throw, or change the world. */
  before: (call: string) => void | Promise<void> = () => undefined
  /** Called after each mutation has taken effect; what it throws is an answer that was lost. */
  after: (call: string) => void = () => undefined

  /** Set where the workload is replaced where it stands. */
  inPlace: TargetInPlace | undefined
  /** Called in the middle of a replacement, when some of the instances run one release and some the other; may throw. */
  midway: () => void = () => undefined
  /** Whether all instances run what the specification says. */
  isWhole = true

  keepUp?: NonNullable<Target['keepUp']>

  constructor(stable?: Release) {
    this.stable = stable
  }

  /** Makes it a workload that is replaced where it stands. */
  replacedInPlace(as: TargetInPlace['as']): void {
    const replace: TargetInPlace['replace'] = (release, signal) => this.#replace(release, signal)
    this.inPlace = { as, only: as === 'at-once', replace, restore: replace }
  }

  async describe(): Promise<TargetState> {
    return { stable: this.#stable(), canary: this.#revision(this.canary), weight: this.weight }
  }

  async prepare(release: Release, signal: AbortSignal): Promise<void> {
    await this.#call(`prepare ${release.version}`, signal)
    if (!sameRelease(this.canary, release)) {
      if (sameRelease(this.stable, release)) throw new KitError('nothing-to-release', `${release.version} is stable already`)
      if (this.weight > 0) throw new Error('a canary with traffic was replaced')
      this.canary = release
    }
    this.after(`prepare ${release.version}`)
  }

  async shift(weight: Percent, signal: AbortSignal): Promise<void> {
    await this.#call(`shift ${weight}`, signal)
    if (weight > 0 && this.canary === undefined) throw new Error('traffic for a canary that is not there')
    // Before the first release the weight is 0, and nobody answers.
    if (weight < 100 && weight !== this.weight && this.stable === undefined) throw new Error('traffic for a stable that is not there')
    this.weight = weight
    this.weights.push(weight)
    this.after(`shift ${weight}`)
  }

  async promote(signal: AbortSignal): Promise<void> {
    await this.#call('promote', signal)
    if (this.canary !== undefined) {
      this.stable = this.canary
      this.canary = undefined
      this.weight = 0
    }
    this.after('promote')
  }

  async discard(signal: AbortSignal): Promise<void> {
    await this.#call('discard', signal)
    if (this.canary !== undefined && this.weight > 0) throw new KitError('canary-has-traffic', `weight ${this.weight}`)
    this.canary = undefined
    this.after('discard')
  }

  async endpoint(side: Side): Promise<Endpoint | undefined> {
    return this[side] && { url: `http://${side}.test`, headers: {} }
  }

  #stable(): TargetState['stable'] {
    const whole = this.#revision(this.stable)
    return this.isWhole || whole === undefined ? whole : { ...whole, runningDigest: undefined }
  }

  async #replace(release: Release, signal: AbortSignal): Promise<void> {
    await this.#call(`replace ${release.version}`, signal)
    if (this.weight > 0) throw new Error('stable was replaced under the traffic of a canary')
    if (!sameRelease(this.stable, release) || !this.isWhole) {
      this.stable = release
      this.isWhole = false
      this.midway()
      this.isWhole = true
    }
    this.canary = undefined
    this.after(`replace ${release.version}`)
  }

  #revision(release: Release | undefined): TargetState['stable'] {
    return release && { release, replicas: 1, ready: 1, runningDigest: release.digest }
  }

  async #call(call: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await this.before(call)
    signal.throwIfAborted()
    this.calls.push(call)
  }
}
