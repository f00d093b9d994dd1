import { beforeEach, describe, expect, test } from '@jest/globals'
import { KitError, silentLogger, type RunIdentity } from '@deploy-kit/core'
import { deploy, reconcileTarget, rollback, type DeploySettings, type TargetContext } from '@deploy-kit/release'
import { recordStore } from '@deploy-kit/records'
import { leaseDocument, startOf, type Counts, type CountSource, type Lease, type LoggedEvent } from '@deploy-kit/rollout'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryDocuments } from '../fakes/memory-documents.ts'
import { MemoryTarget } from '../fakes/memory-target.ts'
import { plan, release, step } from '../rollout/story.ts'

const healthy = (share: number) => ({ requests: Math.round(2_000 * share), failures: 0 })

/** A shop in memory with steady, healthy traffic. */
class Shop {
  readonly clock = new ManualClock()
  readonly documents = new MemoryDocuments(this.clock)
  readonly target = new MemoryTarget(release('v1'))
  readonly changed: string[] = []

  /** Four failures at a time, in one of stable's halves. */
  clumps = false
  #looks = 0

  readonly counts: CountSource = {
    check: async () => undefined,
    read: async (): Promise<Counts> => {
      const canary = this.target.weight / 100
      const [first, second] = [(this.#looks += 1) % 2 === 0 ? 4 : 0, this.#looks % 2 === 0 ? 0 : 4]
      if (this.clumps && this.target.canary !== undefined) {
        const stable = healthy(1 - canary)
        const half = (failures: number) => ({ requests: stable.requests / 2, failures })
        return { at: this.clock.now(), canary: healthy(canary), stable: { ...stable, failures: 4 }, halves: [half(first), half(second)] }
      }
      return { at: this.clock.now(), canary: this.target.canary && healthy(canary), stable: this.target.stable && healthy(1 - canary) }
    },
  }

  context(run: RunIdentity = { id: 'acme/shop/2', attempt: 1, actor: 'mona' }): TargetContext {
    return {
      target: { app: 'shop', environment: 'production', platform: { name: 'local', options: {} as never } },
      platform: { name: 'memory', target: this.target, documents: this.documents, counts: this.counts },
      run,
      clock: this.clock,
      log: silentLogger,
      signal: new AbortController().signal,
      events: () => undefined,
      secret: () => {
        throw new Error('no secret is needed here')
      },
      aboutToChange: () => void this.changed.push(run.id),
    }
  }

  /** What a run that died at 25 % left behind, an hour ago. */
  async hasDeadRollout(): Promise<void> {
    const left = plan({ release: release('v2') })
    const state = {
      ...startOf(left, this.clock.now()),
      state: { phase: 'baking', step: 1, since: 0, errors: 0 },
      weight: 25,
      judge: { version: 99, of: 'another rollout' },
    }
    const lease = {
      holder: { id: 'acme/shop/1', attempt: 1 },
      acquiredAt: 0,
      ttlMs: 60_000,
      intent: {
        safe: 'stable',
        weight: { last: 25, next: 25 },
        from: release('v1').digest,
        to: release('v2').digest,
        doing: 'baking, step 2 of 4, 25 %',
      },
      state,
    }
    this.target.canary = release('v2')
    this.target.weight = 25
    await this.documents.write(leaseDocument, lease as never, undefined)
    this.clock.time += 3_600_000
  }
}

const settings: DeploySettings = {
  app: 'shop',
  environment: 'production',
  platform: { name: 'local', options: {} as never },
  variables: {},
  strategy: 'canary',
  steps: [step(50)],
  approvePreview: false,
  judge: {},
  directory: '.',
  watchMs: 0,
  onInsufficient: 'hold',
  onCancel: 'abort',
  freezeForMs: 60_000,
  onNewer: 'refuse',
  deadlineMs: 3_600_000,
  pollMs: 5_000,
  leaseTtlMs: 60_000,
}

const returns = {
  maxAgeMs: 86_400_000,
  allowUnverified: false,
  fromHistory: false,
  smoke: undefined,
  deadlineMs: 600_000,
  leaseTtlMs: 60_000,
  dryRun: false,
}

let shop: Shop
beforeEach(() => {
  shop = new Shop()
})

const releases = (version: string, dryRun = false) =>
  deploy({ settings, release: release(version), dryRun, kind: 'release' }, shop.context())

describe('a release', () => {
  test('is promoted on evidence and recorded with what verified it', async () => {
    expect((await releases('v2')).end).toEqual({ phase: 'promoted', verified: true })
    expect(await recordStore(shop.documents).list(new AbortController().signal)).toMatchObject([
      {
        outcome: 'promoted',
        kind: 'release',
        release: { version: 'v2' },
        replaced: release('v1').digest,
        verified: { judge: true, smoke: false },
        run: { actor: 'mona' },
      },
      // What served before without a record can be returned to as well.
      { kind: 'adopted', release: { version: 'v1' }, verified: {} },
    ])
  })

  test('of what serves already changes nothing', async () => {
    expect((await releases('v1')).end).toEqual({ phase: 'unchanged' })
    expect(shop.changed).toEqual([])
    expect(shop.target.calls).toEqual([])
  })

  test('as a dry run touches nothing, not even the lease', async () => {
    const report = await releases('v2', true)
    expect(report.end).toEqual({ phase: 'planned' })
    expect(report.plan?.steps).toHaveLength(1)
    expect([shop.target.calls, shop.changed, await shop.documents.read(leaseDocument)]).toEqual([[], [], undefined])
  })

  test('after a run that died ends its rollout first, and is not judged by its evidence', async () => {
    await shop.hasDeadRollout()
    // The dead run's judge is of a version that no judge here would take: whoever restored it would fail.
    expect((await releases('v3')).end).toEqual({ phase: 'promoted', verified: true })
    expect(shop.target.weights).toEqual([0, 50])
    const records = await recordStore(shop.documents).list(new AbortController().signal)
    expect(records.map(({ release: { version }, outcome }) => `${version} ${outcome}`)).toEqual([
      'v3 promoted',
      'v2 aborted',
      'v1 promoted',
    ])
  })
})

/** A release that somebody cancels while it bakes, with `on-cancel: freeze`. */
const freezes = async (judge: DeploySettings['judge']): Promise<void> => {
  const cancelled = new AbortController()
  const context = {
    ...shop.context(),
    signal: cancelled.signal,
    events: ({ evidence }: LoggedEvent) => void (evidence !== undefined && cancelled.abort(new KitError('cancelled', 'Cancelled.'))),
  }
  const baked = { ...settings, judge, onCancel: 'freeze' as const, steps: [{ ...step(50), bake: { minMs: 60_000, maxMs: 600_000 } }] }
  const { end } = await deploy({ settings: baked, release: release('v2'), dryRun: false, kind: 'release' }, context)
  expect(end).toMatchObject({ phase: 'frozen' })
  shop.target.calls.length = 0
}
const carriesOn = (judge: DeploySettings['judge']) =>
  deploy(
    { settings: { ...settings, judge }, release: release('v2'), dryRun: false, kind: 'release' },
    shop.context({ id: 'acme/shop/3', attempt: 1 }),
  )

describe('a rollout that was frozen', () => {
  const orders = { kind: 'ratio', role: 'advisory' } as const

  test('is carried on with what its judge knew', async () => {
    await freezes({})
    expect((await carriesOn({})).end).toEqual({ phase: 'promoted', verified: true })
    expect(shop.target.calls).not.toContain('discard')
  })

  test('is brought home and begins anew when other metrics are judged by now', async () => {
    await freezes({})
    const { end } = await carriesOn({ metrics: { orders } })
    expect(end).toEqual({ phase: 'promoted', verified: true })
    expect(shop.target.calls.indexOf('discard')).toBeGreaterThanOrEqual(0)
    expect(shop.target.calls.indexOf('discard')).toBeLessThan(shop.target.calls.findIndex((call) => call.startsWith('prepare')))
    const records = await recordStore(shop.documents).list(new AbortController().signal)
    expect(records.map(({ outcome, reason }) => [outcome, reason?.split(':')[0]])).toEqual([
      ['promoted', undefined],
      ['aborted', 'judge-changed'],
      ['promoted', undefined],
    ])
    expect(records[1]?.reason).toContain('the saved state has the metrics errors and the options errors, orders')
  })
})

test('how failures clump is learned from the last rollout, before the first look of the next', async () => {
  const firstPhi = async (version: string): Promise<unknown> => {
    const { events } = await releases(version)
    const [first] = events.flatMap(({ evidence }) => (evidence === undefined ? [] : [evidence]))
    return (first?.numbers as { readonly overdispersion?: unknown } | undefined)?.overdispersion
  }
  shop.clumps = true
  expect((await releases('v2')).end).toMatchObject({ phase: 'promoted' })
  shop.clumps = false
  expect(await firstPhi('v3')).toEqual({ phi: 4, measured: true, supposed: 16 })
  // What is known of clumps is not lost by a rollout that saw none.
  expect(await firstPhi('v4')).toEqual({ phi: 4, measured: true, supposed: 16 })
})

describe('reconcile', () => {
  test('brings home what a dead run left, once', async () => {
    await shop.hasDeadRollout()
    expect(await reconcileTarget(shop.context())).toMatchObject({ kind: 'ended', end: { phase: 'aborted' } })
    expect(shop.target).toMatchObject({ stable: { version: 'v1' }, canary: undefined, weight: 0 })
    expect(await reconcileTarget(shop.context())).toMatchObject({ kind: 'clean' })
  })

  test('as a dry run says what it would do', async () => {
    await shop.hasDeadRollout()
    expect(await reconcileTarget(shop.context(), { dryRun: true })).toMatchObject({
      kind: 'planned',
      text: expect.stringContaining('step 2 of 4'),
    })
    expect(shop.target.weight).toBe(25)
    expect(shop.changed).toEqual([])
  })

  test('leaves a live run alone', async () => {
    await shop.hasDeadRollout()
    const found = await shop.documents.read(leaseDocument)
    await shop.documents.write(leaseDocument, found?.value as unknown as Lease as never, found?.version)
    expect(await reconcileTarget(shop.context())).toMatchObject({ kind: 'left', reasonCode: 'lease-held' })
    expect(shop.target.weight).toBe(25)
  })
})

describe('a rollback', () => {
  test('returns to the last known good release, and a second one changes nothing', async () => {
    await releases('v2')
    await releases('v3')
    const back = () => rollback({ ...returns, to: 'last-known-good', reason: 'orders are missing' }, shop.context())
    expect((await back()).end).toMatchObject({ phase: 'promoted' })
    expect(shop.target.stable).toMatchObject({ version: 'v2' })
    expect((await back()).end).toEqual({ phase: 'unchanged' })
    expect(shop.target.stable).toMatchObject({ version: 'v2' })
  })

  test('to what ran before deploy-kit came is made when it is allowed, and not else', async () => {
    await releases('v2')
    const back = (allowUnverified: boolean) =>
      rollback({ ...returns, allowUnverified, to: 'last-known-good', reason: 'orders are missing' }, shop.context())
    await expect(back(false)).rejects.toMatchObject({ code: 'rollback-target-missing' })
    expect((await back(true)).end).toMatchObject({ phase: 'promoted' })
    expect(shop.target.stable).toMatchObject({ version: 'v1' })
  })

  test('to what only the target itself remembers is made when that is asked for', async () => {
    await releases('v2')
    const context = shop.context()
    const remembering = { ...context, platform: { ...context.platform, history: async () => [{ release: release('v0'), at: 0 }] } }
    const back = (fromHistory: boolean) =>
      rollback({ ...returns, fromHistory, allowUnverified: true, to: 'history-1', reason: 'orders are missing' }, remembering)
    await expect(back(false)).rejects.toMatchObject({ code: 'rollback-target-missing' })
    expect((await back(true)).end).toMatchObject({ phase: 'promoted' })
    expect(shop.target.stable).toMatchObject({ version: 'v0' })
    await expect(rollback({ ...returns, fromHistory: true, to: 'last-known-good', reason: 'x' }, context)).rejects.toMatchObject({
      code: 'input-invalid',
    })
  })

  test('of a workload that is replaced in place replaces it in place', async () => {
    shop.target.replacedInPlace('at-once')
    for (const version of ['v2', 'v3'])
      await deploy(
        { settings: { ...settings, strategy: 'rolling', watchMs: 60_000 }, release: release(version), dryRun: false, kind: 'release' },
        shop.context(),
      )
    shop.target.calls.length = 0
    const { end } = await rollback({ ...returns, to: 'last-known-good', reason: 'orders are missing' }, shop.context())
    expect(end).toMatchObject({ phase: 'promoted' })
    expect(shop.target).toMatchObject({ stable: { version: 'v2' }, calls: ['replace v2'] })
  })

  test('during a rollout ends it, and goes no further back', async () => {
    await shop.hasDeadRollout()
    const report = await rollback({ ...returns, to: 'last-known-good', reason: 'orders are missing' }, shop.context())
    expect(report).toMatchObject({ end: { phase: 'returned' }, release: { version: 'v1' }, replaced: { version: 'v2' } })
    expect(shop.target).toMatchObject({ stable: { version: 'v1' }, weight: 0 })
  })
})
