import { sourceOptions, sources, type MetricKind } from '@deploy-kit/metrics'
import { histogramSourceContract, ratioSourceContract, type Fault, type SourceUnderTest } from '../contracts/metric-source.ts'
import { CounterWorld } from '../fakes/counter-world.ts'
import { loopback } from '../fakes/loopback.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { sourceContext } from '../fakes/source-context.ts'

const { open } = await sources.scrape()
const schemas = await sourceOptions.scrape()

const faults: Readonly<Record<Exclude<Fault, 'unreachable' | 'hanging'>, readonly [number, string]>> = {
  unauthorised: [401, 'Unauthorized'],
  busy: [503, 'busy'],
  'not-json': [200, '<!doctype html>'],
  'wrong-shape': [200, '{"status":"UP"}'],
}

const underTest = (kind: 'ratio' | 'histogram', written: Record<string, unknown>) => async (): Promise<SourceUnderTest> => {
  const clock = new ManualClock()
  const world = new CounterWorld(clock)
  const server = await loopback((request, response) => {
    if (world.fault === 'hanging') return
    if (world.fault === 'unreachable') return void request.socket.destroy()
    const [status, body] = world.fault === undefined ? [200, world.exposition()] : faults[world.fault]
    response.writeHead(status).end(body)
  })
  const schema: Partial<Record<MetricKind, { parse(written: unknown): Parameters<typeof open>[0] }>> = schemas
  const options = schema[kind]?.parse({ endpoints: [`${server.url}/metrics`], ...written })
  if (options === undefined) throw new Error(`scrape has no ${kind}`)
  return { source: open(options, sourceContext(kind, { clock })), world, close: () => server.close() }
}

ratioSourceContract('scrape', underTest('ratio', { requests: 'requests_total{digest="{{digest}}"}', failed: 'code=~"5.."' }))
histogramSourceContract('scrape', underTest('histogram', { histogram: 'seconds{digest="{{digest}}"}' }))
