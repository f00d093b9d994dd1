import { beforeEach, describe, expect, test } from '@jest/globals'
import { KitError } from '@deploy-kit/core'
import { describePlan } from '@deploy-kit/rollout'
import { fails, passes, plan, release, step, Story } from './story.ts'

let story: Story
beforeEach(() => {
  story = new Story()
})

const atOnce = plan({ strategy: 'rolling', inPlace: { as: 'at-once', only: true } })
const afterPreview = plan({ strategy: 'rolling', inPlace: { as: 'after-preview', only: false } })

describe('a workload that is replaced where it stands', () => {
  test('is replaced, checked and watched, and never has a canary', async () => {
    story.target.replacedInPlace('at-once')
    expect(await story.run(atOnce)).toEqual({ phase: 'promoted', verified: true })
    expect(story.target.calls).toEqual(['replace v2'])
    expect(story.looks).toBeGreaterThan(1)
  })

  test('may have a preview that is smoke-tested first', async () => {
    story.target.replacedInPlace('after-preview')
    const asked: string[] = []
    story.smoke = async (side) => {
      asked.push(`${side}: ${story.target.canary?.version ?? 'no canary'}`)
      return { passed: true, text: 'all checks passed' }
    }
    expect(await story.run(afterPreview)).toEqual({ phase: 'promoted', verified: true })
    expect(story.target.calls).toEqual(['prepare v2', 'replace v2'])
    expect(asked).toEqual(['canary: v2', 'stable: no canary'])
  })

  test('gets back what it ran when the new release does not become whole', async () => {
    story.target.replacedInPlace('at-once')
    story.target.midway = () => {
      if (story.target.stable?.version === 'v2') throw new KitError('canary-not-ready', 'web-2: exit code 1')
    }
    expect(await story.run(atOnce)).toEqual({ phase: 'aborted', reason: { code: 'canary-not-ready', text: 'web-2: exit code 1' } })
    expect(story.target.calls).toEqual(['replace v2', 'replace v1'])
    expect(story.target).toMatchObject({ stable: release('v1'), isWhole: true })
  })

  test('gets it back when the job is cancelled in the middle, though whoever was watching would have found it good', async () => {
    story.target.replacedInPlace('at-once')
    story.target.midway = () => {
      if (story.target.stable?.version !== 'v2') return
      story.cancel.abort(new KitError('cancelled', 'SIGINT'))
      throw story.cancel.signal.reason as KitError
    }
    expect(await story.run(atOnce)).toEqual({ phase: 'aborted', reason: { code: 'cancelled', text: 'SIGINT' } })
    expect(story.target.stable).toEqual(release('v1'))
  })

  test('gets it back when it runs another digest than it was told to', async () => {
    story.target.replacedInPlace('at-once')
    const described = story.target.describe.bind(story.target)
    story.target.describe = async () => {
      const state = await described()
      return state.stable?.release.version === 'v2' ? { ...state, stable: { ...state.stable, runningDigest: release('v3').digest } } : state
    }
    expect(await story.run(atOnce)).toMatchObject({ phase: 'aborted', reason: { code: 'digest-mismatch' } })
    expect(story.target.stable).toEqual(release('v1'))
  })

  test('gets it back when the watch finds the new release failing', async () => {
    story.target.replacedInPlace('at-once')
    story.verdict = (_weight, mode) => (mode === 'watch' ? fails : passes)
    expect(await story.run(atOnce)).toMatchObject({ phase: 'rolled-back', reason: { code: 'watch-failed' } })
    expect(story.target.calls).toEqual(['replace v2', 'replace v1'])
  })

  test('is not touched once somebody else has put a third release there', async () => {
    story.target.replacedInPlace('at-once')
    story.verdict = (_weight, mode) => {
      if (mode === 'watch') story.target.stable = release('v3')
      return mode === 'watch' ? fails : passes
    }
    await expect(story.run(atOnce)).rejects.toMatchObject({ code: 'foreign-writer' })
    expect(story.target).toMatchObject({ calls: ['replace v2'], stable: release('v3') })
  })

  test('says beforehand what will be done', () => {
    expect(describePlan(atOnce)).toEqual([
      'release of shop in production: v10000000000 -> v20000000000, rolling',
      'replace it where it stands, and go back when that fails, then smoke',
      'watch for 1 m, and roll back when it fails',
    ])
  })
})

describe('a canary beside a stable that is scaled by itself', () => {
  test('is asked to keep up before each look that it has traffic for, and a cluster that does not scale spoils no look', async () => {
    const weights: number[] = []
    story.target.keepUp = async () => {
      weights.push(story.target.weight)
      if (weights.length === 1) throw new KitError('platform-unreachable', 'connect ECONNREFUSED')
    }
    expect(await story.run(plan({ steps: [step(25), step(100)] }))).toMatchObject({ phase: 'promoted' })
    expect([...new Set(weights)]).toEqual([25, 100])
  })
})
