import { describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { leaseDocument, safeWeight, type Lease, type Plan, type PlanRequest, type SavedRollout, type Terminal } from '@deploy-kit/rollout'
import { moments, worldAt, type Moment } from './moments.ts'
import { fails, passes, plan, release, step, Story } from './story.ts'

const v1 = release('v1')
const v2 = release('v2')

/** A rollout as it would go undisturbed, and what it finds in the world. */
interface Tale {
  readonly plan: Plan
  readonly world: (story: Story) => void
  readonly ends: Terminal['phase']
}

const good = (more: Partial<PlanRequest> = {}): Tale => ({ plan: plan(more), world: () => undefined, ends: 'promoted' })
const badAt = (weight: number): Tale => ({
  plan: plan(),
  world: (story) => void (story.verdict = (now, mode) => (mode === 'rollout' && now === weight ? fails : passes)),
  ends: 'aborted',
})
/** Of v2 no more than half of the instances become ready. */
const failsToStart = (target: Story['target']): void => {
  const { midway } = target
  target.midway = () => {
    midway()
    if (target.stable?.version === 'v2') throw new KitError('canary-not-ready', 'exit code 1')
  }
}
const replaced = (
  as: 'at-once' | 'after-preview',
  more: Partial<PlanRequest> = {},
  ends: Tale['ends'] = 'promoted',
  world: Tale['world'] = () => undefined,
): Tale => ({
  plan: plan({ strategy: 'rolling', inPlace: { as, only: as === 'at-once' }, ...more }),
  world: (story) => {
    story.target.replacedInPlace(as)
    world(story)
  },
  ends,
})

const tales: Record<string, Tale> = {
  'a canary': good({ steps: [step(5), step(25, { gates: ['smoke'], approval: true }), step(100)] }),
  'a canary that is promoted at 50 %': good({ steps: [step(50)] }),
  'a canary that nobody watches': good({ watchMs: 0 }),
  'blue-green': good({ strategy: 'blue-green', approvePreview: true }),
  'a rolling update': good({ strategy: 'rolling' }),
  'a first release': {
    plan: plan({ replaces: undefined }),
    world: ({ target }) => void (target.stable = undefined),
    ends: 'promoted',
  },
  'a workload replaced in place': replaced('at-once'),
  'a workload replaced in place after a preview': replaced('after-preview'),
  'a first release in place': {
    ...replaced('at-once', { replaces: undefined }),
    world: ({ target }) => {
      target.replacedInPlace('at-once')
      target.stable = undefined
    },
  },
  'a release that does not start in place': replaced('at-once', {}, 'aborted', ({ target }) => failsToStart(target)),
  'a release that does not start in place though its preview did': replaced('after-preview', {}, 'aborted', ({ target }) =>
    failsToStart(target),
  ),
  'a preview that fails its smoke test': replaced('after-preview', {}, 'aborted', (story) => {
    story.smoke = async () => ({ passed: false, text: 'wrong version answers' })
  }),
  'a release that goes bad in place while watched': replaced('at-once', {}, 'rolled-back', (story) => {
    story.verdict = (_weight, mode) => (mode === 'watch' ? fails : passes)
  }),
  'a bad canary': badAt(25),
  'a bad canary found at 100 %': badAt(100),
  'a release that goes bad while watched': {
    plan: plan(),
    world: (story) => void (story.verdict = (_weight, mode) => (mode === 'watch' ? fails : passes)),
    ends: 'rolled-back',
  },
  'a release that fails in production': {
    plan: plan(),
    world: (story) => void (story.smoke = async (side) => ({ passed: side === 'canary', text: 'wrong version answers' })),
    ends: 'rolled-back',
  },
}

/** The rollout told to its end, and every moment at which it could have been killed. */
const told = async (tale: Tale): Promise<{ readonly end: Terminal; readonly kills: readonly Moment[] }> => {
  const story = new Story()
  tale.world(story)
  const kills = moments(story)
  const end = await story.run(tale.plan)
  return { end, kills: [...kills] }
}

const leftAt = async (tale: Tale, kill: Moment): Promise<Story> => {
  const story = await worldAt(kill)
  const { stable } = story.target
  tale.world(story)
  story.target.stable = stable
  return story
}

/** All traffic on a side that stands, nothing left over, nobody kept waiting. */
const expectHome = async ({ target, documents }: Story, stable = target.stable): Promise<void> => {
  expect({ stable: target.stable, canary: target.canary, weight: target.weight }).toEqual({ stable, canary: undefined, weight: 0 })
  // A first release that was given up in place stands as far as it came: there is nothing that it could give way to.
  if (stable?.version !== 'v2' || target.inPlace?.as !== 'at-once') expect(target.isWhole).toBe(true)
  expect(await documents.read(leaseDocument)).toBeUndefined()
}

/** The same, after the target sent everybody to the side that the lease calls safe. */
const switched = (kill: Moment): Moment => {
  const { intent } = kill.lease as unknown as Lease
  return { ...kill, weight: kill.canary === undefined ? 0 : safeWeight(intent) }
}

const phaseAt = ({ lease }: Moment): string => (lease as unknown as { state: SavedRollout }).state.state.phase

/** What serves when the rollout is over. */
const serving = ({ plan: { replaces, release: wanted, inPlace } }: Tale, end: Terminal, { target }: Story): typeof replaces => {
  if (end.phase === 'promoted') return wanted
  return inPlace !== undefined && replaces === undefined ? target.stable : replaces
}

describe.each(Object.entries(tales))('%s, killed at any moment', (_name, tale) => {
  test('is carried on by the next attempt to the same end', async () => {
    const { end, kills } = await told(tale)
    expect(end.phase).toBe(tale.ends)
    expect(kills.length).toBeGreaterThan(5)
    for (const kill of kills) {
      const story = await leftAt(tale, kill)
      expect({ after: kill.after, end: await story.carryOn() }).toEqual({ after: kill.after, end })
      await expectHome(story, serving(tale, end, story))
    }
  })

  test('comes home when another run reconciles, and to the release that its state stands for', async () => {
    const { kills } = await told(tale)
    for (const kill of kills) {
      const story = await leftAt(tale, kill)
      const end = await story.reconcile()
      if (end === undefined) throw new Error('there was a lease')
      const ends = {
        promoting: tale.plan.inPlace === undefined ? 'promoted' : 'aborted',
        'checking-production': 'promoted',
        watching: 'promoted',
        returning: 'rolled-back',
      }
      expect({ after: kill.after, phase: end.phase }).toEqual({
        after: kill.after,
        phase: ends[phaseAt(kill) as keyof typeof ends] ?? 'aborted',
      })
      await expectHome(story, serving(tale, end, story))
    }
  })

  test('and by the dead-man switch, the next attempt and another run find their way as well', async () => {
    const { end, kills } = await told(tale)
    for (const kill of kills.map(switched)) {
      const attempt = await leftAt(tale, kill)
      expect({ after: kill.after, end: await attempt.carryOn() }).toEqual({ after: kill.after, end })
      await expectHome(attempt, serving(tale, end, attempt))
      const other = await leftAt(tale, kill)
      const home = await other.reconcile()
      if (home === undefined) throw new Error('there was a lease')
      await expectHome(other, serving(tale, home, other))
    }
  })

  test('has nothing left for a second reconcile', async () => {
    const { kills } = await told(tale)
    for (const kill of kills) {
      const story = await leftAt(tale, kill)
      await story.reconcile()
      story.target.before = (call) => {
        throw new Error(`${call} was done again`)
      }
      expect(await story.reconcile('acme/shop/3')).toBeUndefined()
    }
  })

  test('comes home when the reconcile itself is killed at any moment', async () => {
    const { kills } = await told(tale)
    for (const kill of kills) {
      const story = await leftAt(tale, kill)
      const again = moments(story)
      const end = await story.reconcile()
      for (const second of again) {
        const next = await leftAt(tale, second)
        expect(await next.reconcile('acme/shop/3')).toEqual(end)
        await expectHome(next, story.target.stable)
      }
    }
  })
})

/** What a job leaves that is cancelled during a call, with `on-cancel: freeze`. */
const frozen = async (call: string): Promise<Moment> => {
  const story = new Story()
  const seen = moments(story)
  story.target.before = (now) => {
    if (now === call) story.cancel.abort(new KitError('cancelled', 'SIGINT'))
  }
  expect(await story.run(plan(), { onCancel: 'freeze' })).toMatchObject({ phase: 'frozen' })
  const last = seen.at(-1)
  if (last === undefined) throw new Error('a lease was left')
  return last
}

describe('a frozen rollout', () => {
  const calls = ['prepare v2', 'shift 5', 'shift 25', 'shift 50', 'shift 100']

  test.each(calls)('at %s, is carried on to its promotion', async (call) => {
    const story = await worldAt(await frozen(call))
    expect(await story.carryOn()).toEqual({ phase: 'promoted', verified: true })
    await expectHome(story, v2)
  })

  test.each(calls)('at %s, comes home by reconcile, once', async (call) => {
    const story = await worldAt(await frozen(call))
    expect(await story.reconcile()).toEqual({ phase: 'aborted', reason: { code: 'cancelled', text: 'The run was gone.' } })
    await expectHome(story, v1)
    expect(await story.reconcile()).toBeUndefined()
  })

  test.each(calls)('at %s, starts over after the dead-man switch returned the traffic', async (call) => {
    const story = await worldAt({ ...(await frozen(call)), weight: 0 })
    expect(await story.carryOn()).toEqual({ phase: 'promoted', verified: true })
    await expectHome(story, v2)
  })
})
