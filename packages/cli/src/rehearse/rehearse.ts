import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatDuration } from '@deploy-kit/core'
import { buildVersion } from './build-scene.ts'
import { playRelease } from './release-scene.ts'
import type { RehearsalResult, RehearsedRelease } from './result.ts'
import { scanVersion } from './scan-scene.ts'
import { perSecond, scenes } from './scenes.ts'
import type { Screen } from './screen.ts'
import { setStage } from './stage.ts'
import { startTraffic, type Traffic } from './traffic.ts'

export interface RehearseOptions {
  /** Directory of the bundle whose actions are run. */
  readonly dist: string
  /** The sample application. */
  readonly sample: string
  readonly screen: Screen
}

/**
 * Rehearses whole releases on this machine with the real actions under live traffic: a first one, a good one, a bad one,
 * and one that is killed in the middle. Everything it starts has ended when it resolves; its directory keeps the report.
 */
export const rehearse = async ({ dist, sample, screen }: RehearseOptions): Promise<RehearsalResult> => {
  const startedAt = Date.now()
  const clock = (): number => Date.now() - startedAt
  await using stage = await setStage(dist, sample)

  const images = new Map<string, Awaited<ReturnType<typeof buildVersion>>>()
  for (const scene of scenes) images.set(scene.version, await buildVersion(stage, scene))
  screen.say(
    `build  ${images.size} versions of the sample shop in ${formatDuration(clock())}, each with a digest that any machine would give it`,
  )
  const scan = await scanVersion(stage, imageOf(images, 'v2').directory)
  screen.say(`scan   ${scan.status}: ${scan.text}`)

  const releases: RehearsedRelease[] = []
  let traffic: Traffic | undefined
  for (const scene of scenes) {
    screen.begin(scene)
    const release = await playRelease({ stage, scene, image: imageOf(images, scene.version), traffic, screen, clock, startedAt })
    releases.push(release)
    screen.end(release)
    // Users come once something serves, and stay to the end.
    traffic ??= startTraffic(`${stage.edge.url}/api/products`, perSecond)
  }
  const { byDigest: _byDigest, ...count } = (await traffic?.stop()) ?? noTraffic
  const report = join(stage.directory, 'report.html')
  const result: RehearsalResult = {
    version: 1,
    kind: 'rehearsal',
    ok: releases.every((release) => release.ok) && count.lost === 0,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: clock(),
    images: [...images.values()].map(({ directory: _directory, ...image }) => image),
    scan,
    traffic: { ...count, perSecond },
    releases,
    report,
  }
  const { reportHtml } = await import('./report/index.ts')
  await writeFile(report, await reportHtml(result))
  await writeFile(join(stage.directory, 'rehearsal.json'), `${JSON.stringify(result, null, 2)}\n`)
  return result
}

const imageOf = <T>(images: ReadonlyMap<string, T>, version: string): T => {
  const image = images.get(version)
  if (image === undefined) throw new Error(`no image of ${version}`)
  return image
}

const noTraffic = { sent: 0, answered: 0, lost: 0, failed: 0, byDigest: {}, longestGapMs: 0 }
