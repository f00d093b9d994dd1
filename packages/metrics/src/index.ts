export { bucketBoundary, parseExposition } from './exposition/parse.ts'
export { seriesKey, type Sample } from './exposition/sample.ts'
export { CounterDeltas, type Increase, type ProcessFacts } from './exposition/deltas.ts'
export { perBucket, type Buckets } from './exposition/buckets.ts'
export { commonBoundaries, histogramsOf, latencyOf, refuseDifferent, type Histogram } from './exposition/histograms.ts'
export { parseMatchers, parseSelector, select, type Matcher, type Selector } from './exposition/selector.ts'
export { sourceHttp, sourcePolicy, type HttpExchange } from './http/source-http.ts'
export type { MetricKind, MetricSource, SideIdentity, Sides, SourceContext, SourceModule, SourceSchemas } from './source.ts'
export type { ProbeContext, ProbeOptions } from './probe/index.ts'
export { Dealer, type Halves } from './halves.ts'
export { composeSources, type MetricSources } from './compose.ts'
export type { SecretReference } from './secret.ts'
export type { ScrapeOptions } from './scrape/index.ts'

/** One line per metric source. Each is loaded when it is used, so that an action pays only for its own. */
export const sources = {
  cloudwatch: () => import('./cloudwatch/index.ts'),
  datadog: () => import('./datadog/index.ts'),
  elasticsearch: () => import('./elasticsearch/index.ts'),
  loki: () => import('./loki/index.ts'),
  newrelic: () => import('./newrelic/index.ts'),
  prometheus: () => import('./prometheus/index.ts'),
  scrape: () => import('./scrape/index.ts'),
}

/** The schemas of each source's part of the configuration, one per kind of metric, loaded where a configuration is read. */
export const sourceOptions = {
  cloudwatch: async () => (await import('./cloudwatch/options.ts')).cloudwatchOptions,
  datadog: async () => (await import('./datadog/options.ts')).datadogOptions,
  elasticsearch: async () => (await import('./elasticsearch/options.ts')).elasticsearchOptions,
  loki: async () => (await import('./loki/options.ts')).lokiOptions,
  newrelic: async () => (await import('./newrelic/options.ts')).newrelicOptions,
  prometheus: async () => (await import('./prometheus/options.ts')).prometheusOptions,
  scrape: async () => (await import('./scrape/options.ts')).scrapeOptions,
}

/** Synthetic requests are no source of a metric: they are evidence of their own kind beside the errors. */
export const probe = async () => (await import('./probe/index.ts')).openProbe
export const probeOptions = async () => (await import('./probe/options.ts')).probeOptions

export type SourceName = keyof typeof sources
