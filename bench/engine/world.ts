import { silentLogger, type Clock, type Json } from '@deploy-kit/core'
import {
  holdLease,
  intentOf,
  makePlan,
  runRollout,
  startOf,
  type Analyst,
  type Counts,
  type CountSource,
  type Plan,
  type Release,
  type RolloutPorts,
  type Step,
  type Terminal,
} from '@deploy-kit/rollout'
import { createAnalyst } from '../../packages/release/src/deploy/analyst.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { MemoryDocuments } from '../../test/fakes/memory-documents.ts'
import { MemoryTarget } from '../../test/fakes/memory-target.ts'

const pollMs = 5_000
const boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const never = new AbortController().signal

const release = (version: string): Release => ({
  digest: `sha256:${version.padEnd(64, '0')}`,
  image: `ghcr.io/acme/shop@sha256:${version.padEnd(64, '0')}`,
  version,
  environment: {},
  configuration: 'none',
})
const [v1, v2] = [release('1'), release('2')]

/** A plan of so many steps, each with so many looks. */
export const planOf = (steps: number, looksPerStep: number): Plan =>
  makePlan({
    app: 'shop',
    environment: 'production',
    release: v2,
    replaces: v1,
    strategy: 'canary',
    steps: Array.from({ length: steps }, (_, index) => stepOf(Math.round(((index + 1) / steps) * 100), looksPerStep)),
    smoke: false,
    watchMs: 0,
    onInsufficient: 'promote-if-within-tolerance',
    deadlineMs: 1e12,
    pollMs,
  })

const stepOf = (weight: number, looks: number): Step => ({
  weight,
  bake: looks === 0 ? undefined : { minMs: looks * pollMs, maxMs: looks * pollMs },
  gates: [],
  approval: false,
})

/** Counts the writes of the lease, and weighs them if it is told to, which takes time of its own. */
class CountedDocuments extends MemoryDocuments {
  writes = 0
  largest = 0
  weighs = false

  override write(name: string, value: Json, expected: string | undefined): Promise<string> {
    this.writes += 1
    if (this.weighs) this.largest = Math.max(this.largest, Buffer.byteLength(JSON.stringify(value)))
    return super.write(name, value, expected)
  }
}

/** 1,000 requests a look, 1 in 200 of them failed on both sides, with latencies in Prometheus's default buckets. */
const steadySource = (clock: Clock): CountSource => {
  const side = { requests: 500, failures: 2, latency: [100, 200, 100, 50, 30, 10, 5, 3, 1, 1, 0, 0] }
  return {
    check: async () => undefined,
    read: async (): Promise<Counts> => ({ at: clock.now(), canary: side, stable: side, boundaries }),
  }
}

/** An analyst that costs nothing and sees nothing wrong. */
const idleAnalyst = (): Analyst => ({
  look: async () => ({ kind: 'insufficient', withinTolerance: true, evidence: { text: '', numbers: null } }),
  state: () => null,
  restore: () => undefined,
})

export type Judging = 'no judge' | 'the judge'

const portsOf = (judging: Judging): RolloutPorts & { readonly target: MemoryTarget; readonly clock: ManualClock } => {
  const clock = new ManualClock()
  return {
    clock,
    target: new MemoryTarget(v1),
    analyst:
      judging === 'the judge'
        ? createAnalyst(steadySource(clock), { judging: { options: {}, probesPerSecond: 0 }, clock, pollMs: 1_000 })
        : idleAnalyst(),
    gates: { smoke: { check: () => Promise.reject(new Error('no suite')) } },
    approver: { ask: () => Promise.reject(new Error('nobody is asked')) },
    log: silentLogger,
    events: () => undefined,
  }
}

export interface Carried {
  readonly end: Terminal
  readonly micros: number
  /** Of the lease, without taking it. */
  readonly writes: number
  /** Of the lease as JSON; 0 when it was not weighed. */
  readonly largestBytes: number
}

/** The whole rollout with the engine: decisions, state, lease. */
export const withEngine = async (plan: Plan, judging: Judging, weighs = false): Promise<Carried> => {
  const ports = portsOf(judging)
  const documents = new CountedDocuments(ports.clock)
  documents.weighs = weighs
  const start = startOf(plan, ports.clock.now())
  const lease = await holdLease({
    documents,
    run: { id: 'acme/shop/1', attempt: 1 },
    ttlMs: 120_000,
    intent: intentOf(plan, start.state, { type: 'start' }, 0),
    state: start as unknown as Json,
    replaces: undefined,
    clock: onlyOnce(ports.clock),
    log: silentLogger,
  })
  const before = documents.writes
  const began = performance.now()
  const end = await runRollout(start, lease, ports, { signal: never, onCancel: 'abort', freezeForMs: 0 })
  const micros = (performance.now() - began) * 1_000
  return { end, micros, writes: documents.writes - before, largestBytes: documents.largest }
}

/** The heartbeat keeps another time than the rollout, which jumps: it would beat without end. */
const onlyOnce = (clock: Clock): Clock => ({
  now: () => clock.now(),
  sleep: (_ms, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
})

const looksAt = ({ bake }: Step): number => Math.round((bake?.maxMs ?? 0) / pollMs)

/** The same calls of the same ports in the same order by a loop that decides nothing and stores nothing. Microseconds. */
export const bare = async (plan: Plan, judging: Judging): Promise<number> => {
  const { target, analyst, clock } = portsOf(judging)
  const began = performance.now()
  await target.prepare(plan.release, never)
  await target.describe()
  for (const step of plan.steps) {
    await target.describe()
    await target.shift(step.weight, never)
    for (let look = 0; look < looksAt(step); look += 1) {
      await clock.sleep(pollMs, never)
      await analyst.look({ weight: step.weight, mode: 'rollout', stepBegan: look === 0 }, never)
      await target.describe()
    }
  }
  await target.promote(never)
  await target.describe()
  return (performance.now() - began) * 1_000
}
