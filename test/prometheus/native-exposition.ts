import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimited, double, nested, signed, unsigned } from './protobuf.ts'

/** Observations of one version in an exponential histogram, by the index of their bucket: bucket i ends at 2^(i / 2^schema). */
export interface NativeSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly buckets: ReadonlyMap<number, number>
}

export const nativeName = 'shop_request_duration_seconds'
/** Eight buckets to the doubling. */
export const schema = 3

/**
 * An instance that exposes a native histogram, which only the protobuf format can carry: delimited messages of
 * io.prometheus.client.MetricFamily (github.com/prometheus/client_model, metrics.proto).
 */
export class NativeExposition {
  series: readonly NativeSeries[] = []
  readonly #server = createServer((request, response) => {
    if (!(request.headers.accept ?? '').includes('application/vnd.google.protobuf')) {
      response.writeHead(406).end('only protobuf can carry a native histogram\n')
      return
    }
    response
      .writeHead(200, { 'content-type': 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited' })
      .end(delimited([...nested(1, nativeName), ...unsigned(3, histogramType), ...this.series.flatMap((one) => nested(4, metric(one)))]))
  })

  async open(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve)
    })
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }
}

const histogramType = 4

const metric = ({ labels, buckets }: NativeSeries): readonly number[] => [
  ...Object.entries(labels).flatMap(([name, value]) => nested(1, [...nested(1, name), ...nested(2, value)])),
  ...nested(7, histogram(buckets)),
]

const histogram = (buckets: ReadonlyMap<number, number>): readonly number[] => {
  const indices = [...buckets.keys()].toSorted((a, b) => a - b)
  const counts = indices.map((index) => buckets.get(index) ?? 0)
  return [
    ...unsigned(
      1,
      counts.reduce((sum, count) => sum + count, 0),
    ),
    ...double(2, 1),
    ...signed(5, schema),
    ...double(6, 2 ** -128),
    ...unsigned(7, 0),
    // Spans of one bucket each: the first offset is an index, each later one the gap to the bucket before.
    ...indices.flatMap((index, k) => nested(12, [...signed(1, k === 0 ? index : index - (indices[k - 1] ?? 0) - 1), ...unsigned(2, 1)])),
    // Counts as differences to the bucket before.
    ...counts.flatMap((count, k) => signed(13, count - (counts[k - 1] ?? 0))),
  ]
}
