import { describe, expect, test } from '@jest/globals'
import { KitError, silentLogger } from '@deploy-kit/core'
import { findLease, holdLease, intentOf, leaseDocument, runRollout, startOf, type Look } from '@deploy-kit/rollout'
import { SteppedClock } from '../fakes/stepped-clock.ts'
import { passes, plan, release, step, Story } from './story.ts'

const unreachable = new KitError('platform-unreachable', 'connect ECONNREFUSED')
/** The API of the target fails while `when` holds, and only for documents. */
const failingDocuments = (story: Story, when: () => boolean): void => {
  const write = story.documents.write.bind(story.documents)
  story.documents.write = async (name, value, expected) => {
    if (when()) throw unreachable
    return write(name, value, expected)
  }
}

describe('a lease that cannot be renewed for a moment', () => {
  test('while the judge looks, is no reason to go back', async () => {
    const story = new Story()
    let looksAt25 = 0
    story.verdict = (weight) => {
      if (weight === 25) looksAt25 += 1
      return passes
    }
    failingDocuments(story, () => looksAt25 === 1 || looksAt25 === 3)
    expect(await story.run(plan({ steps: [step(5), step(25, { bake: { minMs: 30_000, maxMs: 60_000 } })] }))).toEqual({
      phase: 'promoted',
      verified: true,
    })
  })

  test('while a promoted version is watched, does not take it away', async () => {
    const story = new Story()
    let watching = 0
    story.verdict = (_weight, mode) => {
      if (mode === 'watch') watching += 1
      return passes
    }
    failingDocuments(story, () => watching === 2)
    expect(await story.run(plan())).toEqual({ phase: 'promoted', verified: true })
  })

  test('before a change, stops the change and brings the traffic home', async () => {
    const story = new Story()
    let failing = false
    story.verdict = (weight) => {
      failing = weight === 25
      return passes
    }
    story.target.after = () => {
      failing = false
    }
    failingDocuments(story, () => failing)
    expect(await story.run(plan())).toMatchObject({ phase: 'aborted', reason: { code: 'platform-unreachable' } })
    expect(story.target.weights).toEqual([5, 25, 0])
  })
})

/** A rollout whose way home fails, held with a heartbeat. */
const stuck = async (): Promise<{ readonly story: Story; readonly clock: SteppedClock; readonly run: Promise<unknown> }> => {
  const story = new Story()
  const clock = new SteppedClock()
  story.smoke = async () => ({ passed: false, text: 'GET / answered 500' })
  story.target.before = (call) => {
    if (call === 'shift 0') throw unreachable
  }
  const start = startOf(plan(), clock.now())
  const lease = await holdLease({
    documents: story.documents,
    run: { id: 'acme/shop/1', attempt: 1 },
    ttlMs: 60_000,
    intent: intentOf(start.plan, start.state, { type: 'start' }, 0),
    state: null,
    replaces: undefined,
    clock,
    log: silentLogger,
  })
  const { signal } = new AbortController()
  return { story, clock, run: runRollout(start, lease, story.ports, { signal, onCancel: 'abort', freezeForMs: 0 }) }
}

describe('a way back that cannot be finished', () => {
  test('leaves the lease for whoever finishes it, and stops keeping it alive', async () => {
    const { story, clock, run } = await stuck()
    await expect(run).rejects.toBe(unreachable)
    expect(clock.sleeping).toBe(0)
    expect((await findLease(story.documents, { id: 'acme/shop/1', attempt: 1 }, story.cancel.signal)).kind).toBe('own')
  })

  test('is finished by reconcile', async () => {
    const { story, run } = await stuck()
    await run.catch(() => undefined)
    story.target.before = () => undefined
    expect(await story.reconcile()).toMatchObject({ phase: 'aborted' })
    expect(await story.documents.read(leaseDocument)).toBeUndefined()
  })

  test('a reconcile that finds somebody else leaves the lease, too', async () => {
    const { story, run } = await stuck()
    await run.catch(() => undefined)
    story.target.canary = release('v3')
    await expect(story.reconcile()).rejects.toMatchObject({ code: 'foreign-writer' })
    expect(story.target.canary).toEqual(release('v3'))
    expect(await story.documents.read(leaseDocument)).toBeDefined()
  })
})

const newer = async (safe: 'stable' | 'canary', weight: number): Promise<Story> => {
  const story = new Story()
  Object.assign(story.target, { canary: release('v2'), weight })
  const intent = {
    ...intentOf(plan(), { phase: 'created' }, { type: 'start' }, weight),
    safe,
  }
  await (await story.take({ intent, state: { format: 2 } }, 'acme/shop/1', 1, undefined)).leave()
  return story
}

describe('a lease of a newer deploy-kit', () => {
  test('is brought home by its intent alone', async () => {
    const story = await newer('stable', 25)
    expect(await story.reconcile()).toMatchObject({ phase: 'aborted' })
    expect(story.target).toMatchObject({ canary: undefined, weight: 0 })
    expect(await story.documents.read(leaseDocument)).toBeUndefined()
  })

  test('whose promotion had begun is left to that version, with the traffic on the side that stands', async () => {
    const story = await newer('canary', 100)
    await expect(story.reconcile()).rejects.toMatchObject({ message: expect.stringContaining('newer version') })
    expect(story.target.weight).toBe(100)
  })
})

describe('what runs is what was asked for', () => {
  test.each(['canary', 'stable'] as const)('a %s that runs another digest is refused', async (side) => {
    const story = new Story()
    const describeTarget = story.target.describe.bind(story.target)
    story.target.describe = async () => {
      const observed = await describeTarget()
      const revision = observed[side]
      if (revision?.release.version !== 'v2') return observed
      return { ...observed, [side]: { ...revision, runningDigest: 'sha256:rewritten' } }
    }
    const end = await story.run(plan()).catch((error: unknown) => ({ reason: error }))
    expect(end).toMatchObject({ reason: { code: 'digest-mismatch' } })
    expect(story.target.weight).toBe(0)
  })
})

test('a first release that fails its smoke test is removed, and nobody serves', async () => {
  const story = new Story()
  story.target.stable = undefined
  story.smoke = async () => ({ passed: false, text: 'GET / answered 500' })
  expect(await story.run(plan({ replaces: undefined }))).toMatchObject({ phase: 'aborted', reason: { code: 'smoke-failed' } })
  expect(story.target).toMatchObject({ stable: undefined, canary: undefined, weight: 0 })
})

test('the judge hears of a new step until it has seen something of it', async () => {
  const story = new Story()
  const heard: Look[] = []
  const look = story.ports.analyst.look.bind(story.ports.analyst)
  story.ports.analyst.look = (one, signal) => {
    heard.push(one)
    return look(one, signal)
  }
  story.verdict = () => (heard.length < 3 ? { kind: 'provider-error', error: unreachable } : passes)
  await story.run(plan({ steps: [step(50, { bake: { minMs: 20_000, maxMs: 60_000 } })], watchMs: 0 }))
  expect(heard.map(({ stepBegan }) => stepBegan)).toEqual([true, true, true, false])
})
