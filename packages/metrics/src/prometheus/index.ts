import type { MetricSource, SourceContext } from '../source.ts'
import { prometheusApi } from './api.ts'
import { gaugeSource } from './gauge.ts'
import { histogramSource } from './histogram.ts'
import type { PrometheusOptions } from './options.ts'
import { ratioSource } from './ratio.ts'
import { createReader } from './reader.ts'

export type { PrometheusOptions } from './options.ts'

/**
 * A metric from the HTTP API of a Prometheus. Nothing is contacted before it is used.
 * @throws KitError `config-invalid` for a query that does not give raw counters
 */
export const open = (options: PrometheusOptions, context: SourceContext): MetricSource => {
  const reader = createReader(options, prometheusApi(options, context), context)
  if ('query' in options) return gaugeSource(options, reader, context)
  if ('histogram' in options) return histogramSource(options, reader, context)
  return ratioSource(options, reader, context)
}
