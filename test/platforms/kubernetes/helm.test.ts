import { describe, expect, test } from '@jest/globals'
import { silentLogger, type KitError } from '@deploy-kit/core'
import { markOf, revisionFor, stuckIn, type HelmRevision } from '../../../packages/platforms/src/kubernetes/helm/history.ts'
import { imageArguments } from '../../../packages/platforms/src/kubernetes/helm/image-values.ts'
import { helmOptions } from '../../../packages/platforms/src/kubernetes/helm/options.ts'
import type { Helm } from '../../../packages/platforms/src/kubernetes/helm/program.ts'
import { recoverRelease } from '../../../packages/platforms/src/kubernetes/helm/recover.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const release = { digest, image: `ghcr.io/acme/shop@${digest}`, environment: {}, configuration: 'c0ffee' }
const signal = new AbortController().signal

describe('the image in values', () => {
  test.each([
    ['one value', release.image, { image: 'image' }, [`image=ghcr.io/acme/shop@${digest}`]],
    [
      'repository and tag',
      release.image,
      { repository: 'image.repository', tag: 'image.tag' },
      ['image.repository=ghcr.io/acme/shop', `image.tag=abababababab@${digest}`],
    ],
    [
      'the tag that it has, and a digest of its own',
      `localhost:5000/shop:1.4@${digest}`,
      { repository: 'r', tag: 't', digest: 'd' },
      ['r=localhost:5000/shop', 't=1.4', `d=${digest}`],
    ],
    ['a registry with a port and no tag', `localhost:5000/shop@${digest}`, { tag: 't' }, [`t=abababababab@${digest}`]],
  ])('%s', (_, image, values, expected) => {
    expect(imageArguments({ ...release, image }, values)).toEqual(expected.flatMap((each) => ['--set-string', each]))
  })

  test('a configuration that names none is refused', () => {
    const checked = helmOptions.safeParse({ release: 'shop', chart: './chart', values: { repository: 'image.repository' } })
    expect(checked.error?.issues[0]?.message).toContain('expected `image`, `tag` or `digest`')
  })
})

const revision = (number: number, status: string, description = 'Upgrade complete', updated = '2026-11-26T08:00:00Z'): HelmRevision => ({
  revision: number,
  status,
  description,
  updated,
  chart: 'shop-1.0.0',
})

describe('revisions', () => {
  test('a release is found by what was written when it was made, through rollbacks, and never in one that failed', () => {
    const history = [
      revision(1, 'superseded', markOf(release)),
      revision(2, 'superseded', 'deploy-kit sha256:other c0ffee'),
      revision(3, 'superseded', 'Rollback to 1'),
      revision(4, 'failed', markOf(release)),
      revision(5, 'deployed', 'Rollback to 2'),
    ]
    expect(revisionFor(history, release)?.revision).toBe(3)
    expect(revisionFor(history, { ...release, configuration: 'another' })).toBeUndefined()
  })

  test.each([
    ['an upgrade', [revision(1, 'superseded'), revision(2, 'deployed'), revision(3, 'pending-upgrade')], 2],
    [
      'an upgrade that had superseded the one before',
      [revision(1, 'superseded'), revision(2, 'superseded'), revision(3, 'pending-upgrade')],
      2,
    ],
    ['a rollback after a failure', [revision(1, 'deployed'), revision(2, 'failed'), revision(3, 'pending-rollback')], 1],
    ['a first installation', [revision(1, 'pending-install')], 1],
  ])('of %s that is pending the last that was carried out is returned to', (_, history, good) => {
    expect(stuckIn(history)).toMatchObject({ pending: history.at(-1), good: { revision: good } })
  })

  test.each([['deployed'], ['failed'], ['superseded']])('%s is not stuck', (status) => {
    expect(stuckIn([revision(1, status)])).toBeUndefined()
  })
})

/** A helm that knows history and rollback, and nothing else. */
const fakeHelm = (history: HelmRevision[]) => {
  const rollbacks: string[] = []
  const helm: Helm = {
    version: () => Promise.reject(new Error('not asked for here')),
    run: ([command, name, argument]) => {
      if (command === 'history' && name === 'shop') return Promise.resolve(JSON.stringify(history))
      if (command !== 'rollback' || name !== 'shop') return Promise.reject(new Error(`unknown: helm ${command ?? ''}`))
      rollbacks.push(argument ?? '')
      history.push(revision(history.length + 1, 'deployed', `Rollback to ${argument ?? ''}`))
      return Promise.resolve('')
    },
  }
  return { helm, rollbacks }
}

describe('recovery', () => {
  const now = Date.parse('2026-11-26T09:00:00Z')
  const pendingFor = (ms: number): HelmRevision[] => [
    revision(1, 'deployed'),
    revision(2, 'pending-upgrade', 'Preparing upgrade', new Date(now - ms).toISOString()),
  ]
  const recover = async (history: HelmRevision[], isOurs = false) => {
    const { helm, rollbacks } = fakeHelm(history)
    const said: string[] = []
    const log = { ...silentLogger, warning: (message: string) => void said.push(message) }
    const clock = new ManualClock(now)
    const done = await recoverRelease({ helm, release: 'shop', isOurs: () => Promise.resolve(isOurs), clock, log }, signal).catch(
      (error: unknown) => (error as KitError).code,
    )
    return { done, rollbacks, said, waited: clock.time - now }
  }

  test('what was interrupted long ago is rolled back, and that is said', async () => {
    const { done, rollbacks, said } = await recover(pendingFor(600_000))
    expect({ done, rollbacks }).toEqual({ done: true, rollbacks: ['1'] })
    expect(said).toEqual([expect.stringContaining('revision 2 was pending-upgrade since 2026-11-26T08:50:00.000Z')])
    expect(said[0]).toContain('It was rolled back to revision 1')
  })

  test('what another helm has begun a minute ago is left to it', async () => {
    expect(await recover(pendingFor(60_000))).toMatchObject({ done: 'helm-release-busy', rollbacks: [] })
  })

  test('what a promotion of ours has begun is waited for, not for long', async () => {
    expect(await recover(pendingFor(5_000), true)).toMatchObject({ done: true, rollbacks: ['1'], waited: 10_000 })
  })

  test('what is in order is left alone', async () => {
    expect(await recover([revision(1, 'deployed')])).toMatchObject({ done: false, rollbacks: [], said: [] })
  })
})
