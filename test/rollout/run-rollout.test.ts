import { describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { leaseDocument } from '@deploy-kit/rollout'
import { fails, knowsNothing, passes, plan, release, step, Story } from './story.ts'

describe('a good release', () => {
  test('goes through its steps, is promoted, watched, and gives the lease back', async () => {
    const story = new Story()
    const end = await story.run(plan())
    expect(end).toEqual({ phase: 'promoted', verified: true })
    expect(story.target.weights).toEqual([5, 25, 50, 100])
    expect(story.target).toMatchObject({ stable: { version: 'v2' }, canary: undefined, weight: 0 })
    expect(await story.documents.read(leaseDocument)).toBeUndefined()
  })

  test('leaves a step after bake.min when the evidence suffices, and not before', async () => {
    const story = new Story()
    await story.run(plan({ steps: [step(50, { bake: { minMs: 20_000, maxMs: 60_000 } })], watchMs: 0 }))
    const looks = story.events.filter(({ event }) => event.type === 'verdict').map(({ at }) => at)
    const set = story.events.find(({ event }) => event.type === 'weight-set')
    expect(looks.map((at) => at - (set?.at ?? 0))).toEqual([5_000, 10_000, 15_000, 20_000])
  })

  test('the first one has nothing to be compared with: prepared, checked, promoted', async () => {
    const story = new Story()
    story.target.stable = undefined
    await story.run(plan({ replaces: undefined, watchMs: 0 }))
    expect(story.target.calls).toEqual(['prepare v2', 'promote'])
  })

  test('blue-green switches once, after the preview was checked and approved', async () => {
    const story = new Story()
    const asked: number[] = []
    story.approval = async (index) => {
      asked.push(story.target.weight)
      return index === 0 && asked.length < 3 ? { decision: 'waiting' } : { decision: 'approved' }
    }
    await story.run(plan({ strategy: 'blue-green', approvePreview: true, watchMs: 0 }))
    expect(asked).toEqual([0, 0, 0])
    expect(story.target.weights).toEqual([0, 100])
  })

  test('blue-green does not switch before the judge knows stable, and asks people first', async () => {
    const story = new Story()
    const looks: string[] = []
    story.approval = async () => {
      looks.push('asked')
      return { decision: 'approved' }
    }
    story.verdict = (weight) => {
      looks.push(`${weight} %`)
      return weight === 0 && looks.length < 4 ? knowsNothing : passes
    }
    await story.run(plan({ strategy: 'blue-green', approvePreview: true, watchMs: 0, steps: [step(100)] }))
    expect(looks.slice(0, 4)).toEqual(['asked', '0 %', '0 %', '0 %'])
    expect(story.target.weights).toEqual([0, 100])
  })

  test('rolling promotes first and judges afterwards', async () => {
    const story = new Story()
    await story.run(plan({ strategy: 'rolling' }))
    expect(story.target.calls).toEqual(['prepare v2', 'promote'])
    expect(story.events.filter(({ event }) => event.type === 'verdict').length).toBeGreaterThan(0)
  })
})

describe('a bad release', () => {
  test('goes back at the step where the judge finds it, and is removed', async () => {
    const story = new Story()
    story.verdict = (weight) => (weight === 25 ? fails : passes)
    const end = await story.run(plan())
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'canary-failing' } })
    expect(story.target.weights).toEqual([5, 25, 0])
    expect(story.target).toMatchObject({ stable: { version: 'v1' }, canary: undefined })
  })

  test('never gets traffic when its smoke test fails', async () => {
    const story = new Story()
    story.smoke = async () => ({ passed: false, text: 'GET / answered 500' })
    const end = await story.run(plan())
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'smoke-failed', text: 'GET / answered 500' } })
    expect(Math.max(...story.target.weights)).toBe(0)
  })

  test('never gets traffic when it does not become ready', async () => {
    const story = new Story()
    story.target.before = (call) => {
      if (call === 'prepare v2') throw new KitError('canary-not-ready', 'it exited with status 1')
    }
    const end = await story.run(plan())
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'canary-not-ready' } })
    expect(Math.max(...story.target.weights)).toBe(0)
  })

  test('found while watching, it gives its place back to the release that it had replaced', async () => {
    const story = new Story()
    story.verdict = (_weight, mode) => (mode === 'watch' ? fails : passes)
    const end = await story.run(plan())
    expect(end).toMatchObject({ phase: 'rolled-back', reason: { code: 'watch-failed' } })
    expect(story.target).toMatchObject({ stable: { version: 'v1' }, canary: undefined, weight: 0 })
  })

  test('found by the smoke test of production, likewise', async () => {
    const story = new Story()
    story.smoke = async (side) => ({ passed: side === 'canary', text: 'wrong version answers' })
    expect(await story.run(plan())).toMatchObject({ phase: 'rolled-back', reason: { code: 'smoke-failed' } })
    expect(story.target.stable).toEqual(release('v1'))
  })
})

describe('without evidence', () => {
  const short = { steps: [step(50)], deadlineMs: 300_000 }

  test('hold waits, and the deadline brings the traffic home', async () => {
    const story = new Story()
    story.verdict = () => knowsNothing
    const end = await story.run(plan({ ...short, onInsufficient: 'hold' }))
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'rollout-timeout' } })
  })

  test('abort goes back at bake.max', async () => {
    const story = new Story()
    story.verdict = () => knowsNothing
    expect(await story.run(plan({ ...short, onInsufficient: 'abort' }))).toMatchObject({ reason: { code: 'not-enough-evidence' } })
  })

  test('promote-if-within-tolerance goes on when nothing speaks against it', async () => {
    const story = new Story()
    story.verdict = (_weight, mode) => (mode === 'watch' ? passes : knowsNothing)
    expect(await story.run(plan({ ...short, onInsufficient: 'promote-if-within-tolerance' }))).toMatchObject({ phase: 'promoted' })
  })

  test('a source that stays blind is not health', async () => {
    const story = new Story()
    story.verdict = () => ({ kind: 'provider-error', error: new KitError('metrics-unavailable', 'connection refused') })
    expect(await story.run(plan({ ...short, onInsufficient: 'promote-if-within-tolerance' }))).toMatchObject({
      phase: 'aborted',
      reason: { code: 'metrics-unavailable' },
    })
  })
})

const cancelAt = (story: Story, call: string): void => {
  story.target.before = (now) => {
    if (now === call) story.cancel.abort(new KitError('cancelled', 'SIGINT'))
  }
}

describe('a cancelled job', () => {
  test.each(['prepare v2', 'shift 5', 'shift 25', 'shift 50', 'shift 100'])('during %s returns to stable', async (call) => {
    const story = new Story()
    cancelAt(story, call)
    expect(await story.run(plan())).toMatchObject({ phase: 'aborted', reason: { code: 'cancelled' } })
    expect(story.target).toMatchObject({ stable: { version: 'v1' }, canary: undefined, weight: 0 })
  })

  test('does not wait for what it waits for', async () => {
    const story = new Story()
    story.smoke = (_side, _release, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        story.cancel.abort(new KitError('cancelled', 'SIGINT'))
      })
    expect(await story.run(plan())).toMatchObject({ phase: 'aborted', reason: { code: 'cancelled' } })
  })

  test('during the promotion finishes it: a late abort cannot undo a promotion', async () => {
    const story = new Story()
    cancelAt(story, 'promote')
    expect(await story.run(plan())).toEqual({ phase: 'promoted', verified: false })
    expect(story.target.stable).toEqual(release('v2'))
  })

  test('while watching ends the watch', async () => {
    const story = new Story()
    story.verdict = (_weight, mode) => {
      if (mode === 'watch') story.cancel.abort(new KitError('cancelled', 'SIGINT'))
      return passes
    }
    expect(await story.run(plan())).toEqual({ phase: 'promoted', verified: false })
  })

  test('returns by one write, before it writes anything else', async () => {
    const story = new Story()
    const calls: string[] = []
    story.verdict = (weight) => {
      if (weight === 25) {
        story.cancel.abort(new KitError('cancelled', 'SIGINT'))
        const write = story.documents.write.bind(story.documents)
        story.documents.write = async (name, value, expected) => {
          calls.push(`write ${name}`)
          return write(name, value, expected)
        }
        story.target.before = (call) => void calls.push(call)
      }
      return passes
    }
    await story.run(plan())
    expect(calls[0]).toBe('shift 0')
  })

  test('with on-cancel: freeze keeps the weights and a lease that expires', async () => {
    const story = new Story()
    story.verdict = (weight) => {
      if (weight === 25) story.cancel.abort(new KitError('cancelled', 'SIGINT'))
      return passes
    }
    const end = await story.run(plan(), { onCancel: 'freeze', freezeForMs: 900_000 })
    expect(end).toMatchObject({ phase: 'frozen' })
    expect(story.target.weight).toBe(25)
    expect(await story.documents.read(leaseDocument)).toMatchObject({ value: { ttlMs: 900_000, holder: { id: 'acme/shop/1' } } })
  })
})

describe('somebody else', () => {
  test('who changes the weight is named, and nothing is touched any more', async () => {
    const story = new Story()
    story.verdict = (weight) => {
      if (weight === 25) story.target.weight = 40
      return passes
    }
    await expect(story.run(plan())).rejects.toMatchObject({ code: 'foreign-writer', message: expect.stringContaining('40 %') })
    expect(story.target.weight).toBe(40)
  })

  test('who takes the lease over stops this run before its next change', async () => {
    const story = new Story()
    story.verdict = (weight) => {
      if (weight === 5)
        void story.documents
          .read(leaseDocument)
          .then((found) => story.documents.write(leaseDocument, { holder: { id: 'other/run/9', attempt: 1 } }, found?.version))
      return passes
    }
    await expect(story.run(plan())).rejects.toMatchObject({ code: 'lease-lost', message: expect.stringContaining('other/run/9') })
    expect(story.target.weights).toEqual([5])
  })
})
