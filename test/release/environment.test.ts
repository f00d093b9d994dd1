import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { KitError, silentLogger, systemClock } from '@deploy-kit/core'
import type { Edge } from '@deploy-kit/platforms/local-edge'
import { deploy, type DeploySettings } from '@deploy-kit/release'
import type { Evidence, Platform, Release } from '@deploy-kit/rollout'
import { startTraffic, type Traffic } from '../../packages/cli/src/rehearse/traffic.ts'
import { edgeIn, openPlatform, serving, signal, takeLease, Workplace } from '../platforms/local/under-test.ts'

// Each story ends as soon as the judge has said what it is about; a busy machine takes its time.
jest.setTimeout(120_000)

const settings: DeploySettings = {
  app: 'shop',
  environment: 'local',
  platform: { name: 'local', options: {} as never },
  variables: {},
  strategy: 'canary',
  steps: [{ weight: 50, gates: [], approval: false, bake: { minMs: 100, maxMs: 100_000 } }],
  approvePreview: false,
  judge: { harm: 0.0001 },
  directory: '.',
  watchMs: 0,
  onInsufficient: 'abort',
  onCancel: 'abort',
  freezeForMs: 60_000,
  onNewer: 'refuse',
  deadlineMs: 110_000,
  pollMs: 100,
  leaseTtlMs: 60_000,
}

describe('an environment of two replicas', () => {
  let workplace: Workplace
  let edge: Edge
  let platform: Platform
  let next: Release
  let traffic: Traffic
  beforeEach(async () => {
    workplace = await Workplace.open()
    edge = await edgeIn(workplace)
    platform = await openPlatform(edge.adminUrl, { run: { id: 'acme/shop/2', attempt: 1 }, options: { replicas: 2 } })
    const before = await openPlatform(edge.adminUrl, { options: { replicas: 2 } })
    const lease = await takeLease(before)
    await serving(before, await workplace.release('one'))
    await before.documents.remove('lease', lease, signal)
    // Both of its processes fail as often as stable's two do together.
    next = await workplace.release('two', { FAILS: '4' })
  })
  afterEach(async () => {
    await traffic.stop()
    await edge.close()
    await workplace[Symbol.asyncDispose]()
  })

  /** Releases, and cancels as soon as the judge has said what is waited for. */
  const heard = async (
    wanted: (evidence: Evidence) => boolean,
    other: Partial<DeploySettings> = {},
  ): Promise<{ readonly end: unknown; readonly last: Evidence | undefined }> => {
    const cancelled = new AbortController()
    let last: Evidence | undefined
    const { end } = await deploy(
      { settings: { ...settings, ...other }, release: next, dryRun: false, kind: 'release' },
      {
        target: settings,
        platform,
        run: { id: 'acme/shop/2', attempt: 1 },
        clock: systemClock,
        log: silentLogger,
        signal: cancelled.signal,
        events: ({ evidence = last }) => {
          last = evidence
          if (evidence !== undefined && wanted(evidence)) cancelled.abort(new KitError('cancelled', 'seen enough'))
        },
        secret: () => '',
        aboutToChange: () => undefined,
      },
    )
    return { end, last }
  }

  test('of which one is sick is too noisy for statistics, which then decide nothing', async () => {
    traffic = startTraffic(`${edge.url}/one-is-sick?file=${join(workplace.directory, 'sickbed')}`, 300)
    const { end, last } = await heard(({ numbers }) => (numbers as { readonly verdict: string }).verdict === 'noisy')
    expect(last?.text).toMatch(/^stable differs from itself, .* : 1, needed 100 : 1: too noisy for statistics/)
    expect(last?.numbers).toMatchObject({ verdict: 'noisy', overdispersion: { measured: true } })
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'cancelled' } })
  })

  test.each(['rolling', 'blue-green'] as const)(
    'whose new version runs alone is held against the half hour before: %s',
    async (strategy) => {
      traffic = startTraffic(`${edge.url}/sound`, 250)
      // The fault shows on the way that the new version alone has.
      next = await workplace.release('two', { FAILS_SOUND: '10' })
      await systemClock.sleep(500)
      const { end, last } = await heard(() => false, { strategy, steps: [], watchMs: 60_000 })
      expect(last?.text).toMatch(/^canary \d+(\.\d)? % \(\d+\/\d+\) against 0 % \(0\/\d+\) before, /)
      expect(end).toMatchObject({ phase: 'rolled-back', reason: { code: 'watch-failed' } })
    },
  )

  test('that fail alike is sound, and the judge knows that too', async () => {
    traffic = startTraffic(`${edge.url}/`, 250)
    const { last } = await heard(({ numbers }) => (numbers as { readonly stable: { readonly requests: number } }).stable.requests > 100)
    expect(last?.numbers).toMatchObject({ verdict: 'insufficient', overdispersion: { phi: 1, measured: true } })
  })
})
