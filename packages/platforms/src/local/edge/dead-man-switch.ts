import type { Clock, Logger } from '@deploy-kit/core'
import { safeWeight, type Percent } from '@deploy-kit/rollout'
import type { DocumentShelf } from './document-shelf.ts'
import { leaseOf, type KnownLease } from './lease-of.ts'
import type { Version } from './version.ts'

export interface Switched {
  readonly documents: DocumentShelf
  readonly canary: () => Version | undefined
  readonly weight: () => Percent
  readonly setWeight: (weight: Percent) => Promise<void>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Sends the traffic to the safe side when the holder of the lease is gone: the last line, which needs neither runner nor
 * network. It acts once per lease that expires and leaves the rest to whoever reconciles.
 */
export class DeadManSwitch {
  readonly #app: Switched
  #waiting = new AbortController()

  constructor(app: Switched) {
    this.#app = app
  }

  /** Waits anew. Called after every write of the lease, which is its holder's sign of life. */
  arm(): void {
    this.disarm()
    const lease = leaseOf(this.#app.documents)
    if (lease === undefined) return
    this.#waiting = new AbortController()
    this.#app.clock
      .sleep(Math.max(0, lease.value.ttlMs - lease.ageMs) + 1, this.#waiting.signal)
      .then(() => this.fire())
      .catch(() => undefined) // Disarmed.
  }

  disarm(): void {
    this.#waiting.abort()
  }

  /** Acts if the lease has expired. */
  async fire(): Promise<void> {
    const { documents, canary, weight, setWeight, log } = this.#app
    const lease = leaseOf(documents)
    if (lease === undefined || lease.ageMs <= lease.value.ttlMs) return
    const safe = homeWeight(lease.value, canary())
    if (safe === undefined || safe === weight()) return
    log.warning(`the holder of the lease, ${lease.value.holder.id}, has not been heard of: weight ${weight()} % -> ${safe} %`)
    await setWeight(safe)
  }
}

/** The weight that is safe now; undefined when nothing is to be done. */
const homeWeight = ({ intent }: KnownLease, canary: Version | undefined): Percent | undefined => {
  const weight = safeWeight(intent)
  if (weight === 0) return 0
  // After a promotion the canary is the stable version and there is none; one that came later is not meant.
  const isMeant = canary !== undefined && (canary.release.digest === intent.to || canary.release.digest === intent.from)
  return isMeant && canary.ready > 0 ? weight : undefined
}
