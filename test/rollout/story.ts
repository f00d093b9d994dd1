import { silentLogger, type Json } from '@deploy-kit/core'
import {
  findLease,
  holdLease,
  intentOf,
  leaseDocument,
  makePlan,
  reconcile,
  refuseForeignWriter,
  resume,
  runRollout,
  savedRollout,
  startOf,
  type Gate,
  type HeldLease,
  type Lease,
  type LoggedEvent,
  type Plan,
  type PlanRequest,
  type Release,
  type RolloutPorts,
  type RunOptions,
  type SavedRollout,
  type Step,
  type Terminal,
  type Verdict,
} from '@deploy-kit/rollout'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryDocuments } from '../fakes/memory-documents.ts'
import { MemoryTarget } from '../fakes/memory-target.ts'

export const release = (version: string): Release => ({
  digest: `sha256:${version.padEnd(64, '0')}`,
  image: `/images/${version}`,
  version,
  environment: {},
  configuration: 'none',
})

export const step = (weight: number, more: Partial<Step> = {}): Step => ({
  weight,
  bake: { minMs: 10_000, maxMs: 60_000 },
  gates: [],
  approval: false,
  ...more,
})

export const request = (more: Partial<PlanRequest> = {}): PlanRequest => ({
  app: 'shop',
  environment: 'production',
  release: release('v2'),
  replaces: release('v1'),
  strategy: 'canary',
  steps: [step(5), step(25), step(50), step(100)],
  smoke: true,
  watchMs: 60_000,
  onInsufficient: 'hold',
  deadlineMs: 3_600_000,
  pollMs: 5_000,
  ...more,
})

export const plan = (more: Partial<PlanRequest> = {}): Plan => makePlan(request(more))

const evidence = { text: 'as counted', numbers: null }
export const passes: Verdict = { kind: 'pass', evidence }
export const fails: Verdict = { kind: 'fail', evidence, culprit: 'errors' }
export const knowsNothing: Verdict = { kind: 'insufficient', evidence, withinTolerance: true }

/** A shop that serves v1 in a world of memory, with everything a rollout needs. */
export class Story {
  readonly clock = new ManualClock()
  readonly documents = new MemoryDocuments(this.clock)
  readonly target = new MemoryTarget(release('v1'))
  readonly events: LoggedEvent[] = []
  readonly cancel = new AbortController()
  verdict: (weight: number, mode: 'rollout' | 'watch') => Verdict = () => passes
  smoke: Gate['check'] = async () => ({ passed: true, text: 'all checks passed' })
  approval: RolloutPorts['approver']['ask'] = async () => ({ decision: 'approved' })
  looks = 0

  readonly ports: RolloutPorts = {
    target: this.target,
    analyst: {
      look: async ({ weight, mode }) => {
        this.looks += 1
        return this.verdict(weight, mode)
      },
      state: () => ({ looks: this.looks }),
      restore: (state) => {
        this.looks = (state as { looks: number }).looks
      },
    },
    gates: { smoke: { check: (side, which, signal) => this.smoke(side, which, signal) } },
    approver: { ask: (index, signal) => this.approval(index, signal) },
    clock: this.clock,
    log: silentLogger,
    events: (event) => this.events.push(event),
  }

  /** The lease for a run that goes on from there. */
  hold(start: SavedRollout, run = 'acme/shop/1', attempt = 1, replaces?: string): Promise<HeldLease> {
    return this.take(
      { intent: intentOf(start.plan, start.state, { type: 'start' }, start.weight), state: start as unknown as Json },
      run,
      attempt,
      replaces,
    )
  }

  take({ intent, state }: Pick<Lease, 'intent' | 'state'>, run: string, attempt: number, replaces: string | undefined): Promise<HeldLease> {
    return holdLease({
      documents: this.documents,
      run: { id: run, attempt },
      ttlMs: 60_000,
      intent,
      state,
      replaces,
      // The heartbeat keeps real time: on the manual clock it would race ahead of everything else.
      clock: {
        now: () => this.clock.now(),
        sleep: (_ms, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
      },
      log: silentLogger,
    })
  }

  async run(which: Plan, more: Partial<RunOptions> = {}, from?: SavedRollout): ReturnType<typeof runRollout> {
    const start = from ?? startOf(which, this.clock.now())
    return runRollout(start, await this.hold(start), this.ports, {
      signal: this.cancel.signal,
      onCancel: 'abort',
      freezeForMs: 600_000,
      ...more,
    })
  }

  /** A later attempt of the same run takes the lease over and goes on from where the target is. */
  async carryOn(attempt = 2): Promise<Terminal> {
    const { signal } = this.cancel
    const run = { id: 'acme/shop/1', attempt }
    const found = await findLease(this.documents, run, signal)
    const saved = found.kind === 'own' ? savedRollout(found.lease.value) : undefined
    if (found.kind !== 'own' || saved === undefined) throw new Error('there is nothing to carry on')
    const observed = await this.target.describe()
    refuseForeignWriter(found.lease.value.intent, observed)
    const start = {
      ...saved,
      state: resume(saved.plan, saved.state, observed),
      weight: observed.weight,
      startedAt: this.clock.now(),
    }
    return runRollout(start, await this.hold(start, run.id, attempt, found.lease.version), this.ports, {
      signal,
      onCancel: 'abort',
      freezeForMs: 600_000,
    })
  }

  /** Another run finishes what was left behind; undefined when nothing was. */
  async reconcile(run = 'acme/shop/2'): Promise<Terminal | undefined> {
    const found = await this.documents.read(leaseDocument)
    if (found === undefined) return undefined
    const lease = found.value as unknown as Lease
    const held = await this.take(lease, run, 1, found.version)
    return reconcile(lease, held, this.ports, { code: 'cancelled', text: 'The run was gone.' })
  }
}
