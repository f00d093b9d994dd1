import { describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { leaseDocument, savedRollout, type Lease } from '@deploy-kit/rollout'
import { fails, passes, plan, release, step, Story } from './story.ts'

const returned = { code: 'weight-returned', text: expect.stringContaining('from 25 % to stable by itself') }
const home = { stable: release('v1'), canary: undefined, weight: 0 }

/** The process sleeps on at 25 %, and the target's dead-man switch acts meanwhile. */
const suspendedAt25 = (story: Story): void => {
  story.clock.onTick = () => {
    if (story.target.weight === 25) story.target.weight = 0
  }
}

describe('a process that was suspended while the target returned the traffic', () => {
  test.each([
    ['a pass', passes],
    ['a fail, which only says that nobody came any more', fails],
  ])('takes nothing that it sees afterwards for evidence: %s', async (_what, verdict) => {
    const story = new Story()
    suspendedAt25(story)
    story.verdict = (weight) => (weight === 25 ? verdict : passes)
    expect(await story.run(plan())).toEqual({ phase: 'aborted', reason: returned })
    expect(story.target).toMatchObject(home)
    expect(await story.documents.read(leaseDocument)).toBeUndefined()
    expect(story.events.filter(({ event }) => event.type === 'verdict').every(({ weight }) => weight === 5)).toBe(true)
  })

  test('asks for nothing that needs a live lease before it has written its own again', async () => {
    const story = new Story()
    suspendedAt25(story)
    let phase: string | undefined
    story.target.before = async (call) => {
      const lease = (await story.documents.read(leaseDocument))?.value as unknown as Lease
      if (call === 'discard') phase = savedRollout(lease)?.state.phase
    }
    await story.run(plan())
    expect(story.target.weights).toEqual([5, 25])
    expect(phase).toBe('discarding')
  })

  test('shows in the event log that the traffic went back', async () => {
    const story = new Story()
    suspendedAt25(story)
    await story.run(plan())
    expect(story.events.slice(-3).map(({ event, weight, phase }) => [event.type, weight, phase])).toEqual([
      ['failed', 25, 'retreating'],
      ['weight-set', 0, 'discarding'],
      ['discarded', 0, 'aborted'],
    ])
  })

  test('notices it while it waits for an approval', async () => {
    const story = new Story()
    story.approval = async () => ({ decision: 'waiting' })
    suspendedAt25(story)
    expect(await story.run(plan({ steps: [step(25, { bake: undefined, approval: true })] }))).toEqual({
      phase: 'aborted',
      reason: returned,
    })
  })

  test('does not take an approval of what is not in place any more', async () => {
    const story = new Story()
    story.approval = async () => {
      story.target.weight = 0
      return { decision: 'approved' }
    }
    expect(await story.run(plan({ steps: [step(25, { bake: undefined, approval: true })] }))).toEqual({
      phase: 'aborted',
      reason: returned,
    })
  })

  test('notices it before the next step, where nothing is looked at', async () => {
    const story = new Story()
    story.smoke = async () => {
      if (story.target.weight === 25) story.target.weight = 0
      return { passed: true, text: 'all checks passed' }
    }
    const steps = [step(25, { bake: undefined, gates: ['smoke'] }), step(100, { bake: undefined })]
    expect(await story.run(plan({ steps }))).toEqual({ phase: 'aborted', reason: returned })
    expect(story.target.weights).toEqual([25])
  })

  test('is not sent on by a job that is cancelled at the same moment', async () => {
    const story = new Story()
    story.clock.onTick = () => {
      if (story.target.weight !== 25) return
      story.target.weight = 0
      story.cancel.abort(new KitError('cancelled', 'SIGINT'))
    }
    expect(await story.run(plan())).toMatchObject({ phase: 'aborted' })
    expect(story.target).toMatchObject(home)
  })
})

describe('somebody else', () => {
  const refused = { code: 'foreign-writer' }

  test.each([
    ['changes the weight', { weight: 40 }, '40 % of the traffic; deploy-kit had set 25 %'],
    ['takes the canary away', { canary: undefined }, 'The canary side runs nothing; deploy-kit had put v20000000000 there'],
    ['replaces the canary', { canary: release('v3') }, 'The canary side runs v30000000000; deploy-kit had put v20000000000 there'],
  ])('who %s during a bake is named by the next look, and nothing is touched', async (_what, change, message) => {
    const story = new Story()
    story.verdict = (weight) => {
      if (weight === 25) Object.assign(story.target, change)
      return weight === 25 ? fails : passes
    }
    await expect(story.run(plan())).rejects.toMatchObject({ ...refused, message: expect.stringContaining(message) })
    expect(story.target).toMatchObject({ weight: 25, ...change })
    expect(story.target.weights).toEqual([5, 25])
  })

  test('who replaces the promoted version ends its watch, and is not rolled back', async () => {
    const story = new Story()
    story.verdict = (_weight, mode) => {
      if (mode === 'watch') story.target.stable = release('hotfix')
      return mode === 'watch' ? fails : passes
    }
    await expect(story.run(plan())).rejects.toMatchObject(refused)
    expect(story.target.stable).toEqual(release('hotfix'))
  })

  test('is left alone also by a job that is cancelled at the same moment', async () => {
    const story = new Story()
    story.verdict = (weight) => {
      if (weight === 25) story.target.weight = 40
      return passes
    }
    const describeTarget = story.target.describe.bind(story.target)
    story.target.describe = async () => {
      const observed = await describeTarget()
      // The answer comes, and with it the signal.
      if (observed.weight === 40) queueMicrotask(() => story.cancel.abort(new KitError('cancelled', 'SIGINT')))
      return observed
    }
    await expect(story.run(plan())).rejects.toMatchObject(refused)
    expect(story.target.weights).toEqual([5, 25])
  })
})

/** So many observations at that weight fail, from the first look on. */
const blindAt = (story: Story, weight: number, times: number): void => {
  const describeTarget = story.target.describe.bind(story.target)
  let left = times
  story.target.describe = async () => {
    if (story.target.weight === weight && left-- > 0) throw new KitError('platform-unreachable', 'connect ECONNREFUSED')
    return describeTarget()
  }
}

describe('a target that cannot be observed', () => {
  test('yields no pass', async () => {
    const story = new Story()
    blindAt(story, 25, 3)
    await story.run(plan())
    const at25 = story.events
      .filter(({ weight }) => weight === 25)
      .map(({ event }) => (event.type === 'verdict' ? event.verdict.kind : event.type))
    expect(at25).toEqual(['weight-set', 'provider-error', 'provider-error', 'provider-error', 'pass'])
  })

  test('for too long brings the traffic home', async () => {
    const story = new Story()
    blindAt(story, 25, 6)
    expect(await story.run(plan())).toMatchObject({
      phase: 'aborted',
      reason: { code: 'metrics-unavailable', text: 'connect ECONNREFUSED' },
    })
  })

  test('does not keep a failing canary in place', async () => {
    const story = new Story()
    blindAt(story, 25, 1)
    story.verdict = (weight) => (weight === 25 ? fails : passes)
    expect(await story.run(plan({ steps: [step(25)] }))).toMatchObject({ phase: 'aborted', reason: { code: 'canary-failing' } })
    expect(story.looks).toBe(1)
  })
})
