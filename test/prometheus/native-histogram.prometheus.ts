import { afterAll, expect, test } from '@jest/globals'
import { systemClock } from '@deploy-kit/core'
import { sourceOptions, sources } from '@deploy-kit/metrics'
import { sourceContext } from '../fakes/source-context.ts'
import { NativeExposition, nativeName } from './native-exposition.ts'
import { Prometheus } from './prometheus-process.ts'

const { signal } = new AbortController()
const instance = new NativeExposition()
const prometheus = await Prometheus.scraping(await instance.open(), ['native-histograms']).catch(async (error: unknown) => {
  await instance.close()
  throw error
})
afterAll(async () => {
  await prometheus.stop()
  await instance.close()
})

const opened = async (histogram: string, more: object = {}) => {
  const schemas = await sourceOptions.prometheus()
  const { open } = await sources.prometheus()
  return open(
    schemas.histogram.parse({ url: prometheus.url, histogram, 'side-label': 'version', lag: '200ms', ...more }),
    sourceContext('histogram', { clock: systemClock }),
  )
}

const stable = { version: '1.0.0' }
const canary = { version: '1.1.0' }

test('a native histogram that Prometheus has scraped is counted on powers of two', async () => {
  // Bucket -24 ends at 2^-3 s, 0 at 1 s, 3 at 1.3 s.
  instance.series = [
    {
      labels: { ...stable, pod: 'a' },
      buckets: new Map([
        [-24, 100],
        [0, 7],
      ]),
    },
    { labels: { ...stable, pod: 'b' }, buckets: new Map([[-25, 50]]) },
    { labels: { ...canary, pod: 'c' }, buckets: new Map([[-24, 5]]) },
  ]
  await prometheus.knows(`histogram_count(${nativeName}{version="1.1.0"}) == 5`)
  const source = await opened(nativeName, { native: true })
  const summed = await opened(`sum by (version) (${nativeName})`)
  for (const one of [source, summed]) {
    await one.check(signal)
    await one.read(signal)
  }
  instance.series = [
    {
      labels: { ...stable, pod: 'a' },
      buckets: new Map([
        [-24, 190],
        [0, 10],
      ]),
    },
    { labels: { ...stable, pod: 'b' }, buckets: new Map([[-25, 60]]) },
    {
      labels: { ...canary, pod: 'c' },
      buckets: new Map([
        [-24, 6],
        [3, 4],
      ]),
    },
  ]
  await prometheus.knows(`histogram_count(${nativeName}{version="1.1.0"}) == 10`)
  for (const one of [source, summed]) {
    const read = await one.read(signal)
    const { boundaries = [] } = read
    const byEnd = (latency: readonly number[] = []) =>
      Object.fromEntries(latency.flatMap((count, k) => (count === 0 ? [] : [[boundaries[k] ?? 'more', count]])))
    expect(byEnd(read.stable?.latency)).toEqual({ 0.125: 100, 1: 3 })
    expect(byEnd(read.canary?.latency)).toEqual({ 0.125: 1, 2: 4 })
  }
})

test('one that is asked for without saying so is told by its name', async () => {
  await expect((await opened(nativeName)).check(signal)).rejects.toMatchObject({ remedy: 'Add `native: true`.' })
})
