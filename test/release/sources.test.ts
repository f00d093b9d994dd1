import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { KitError, silentLogger } from '@deploy-kit/core'
import { deploy, type DeployReport, type DeploySettings, type TargetContext } from '@deploy-kit/release'
import type { Side } from '@deploy-kit/rollout'
import { loopback, type Loopback } from '../fakes/loopback.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryDocuments } from '../fakes/memory-documents.ts'
import { MemoryTarget } from '../fakes/memory-target.ts'
import { release, step } from '../rollout/story.ts'

/** A shop whose platform counts nothing; each version exposes its own counters at /metrics, as many as the clock has let happen. */
class Shop {
  readonly clock = new ManualClock()
  readonly target = new MemoryTarget(release('v1'))
  readonly documents = new MemoryDocuments(this.clock)
  /** Failures of a version, and its slow requests, in a thousand. */
  readonly failing: Record<string, number> = {}
  readonly slow: Record<string, number> = {}
  readonly down = new Set<string>()
  readonly #counted: Record<string, { requests: number; failures: number; slow: number }> = {}
  #server: Loopback | undefined
  #seenAt = this.clock.now()

  async open(): Promise<this> {
    this.#server = await loopback((request, response) => {
      const path = request.url ?? ''
      if (this.down.has(path)) return void response.writeHead(500).end('out of order')
      this.#count()
      response.end(path === '/latency' ? this.#latency() : this.#requests())
    })
    return this
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }

  get url(): string {
    return this.#server?.url ?? ''
  }

  context(): TargetContext {
    return {
      target: { app: 'shop', environment: 'production', platform: { name: 'local', options: {} as never } },
      platform: { name: 'memory', target: this.target, documents: this.documents },
      run: { id: 'acme/shop/2', attempt: 1 },
      clock: this.clock,
      log: silentLogger,
      signal: new AbortController().signal,
      events: () => undefined,
      secret: ({ env }) => {
        throw new KitError('secret-missing', `there is no ${env}`)
      },
      aboutToChange: () => undefined,
    }
  }

  /** 400 requests a second, by the weight. */
  #count(): void {
    const requests = ((this.clock.now() - this.#seenAt) / 1_000) * 400
    this.#seenAt = this.clock.now()
    const shares: Record<Side, number> = { canary: this.target.weight / 100, stable: 1 - this.target.weight / 100 }
    for (const side of ['canary', 'stable'] as const) {
      const digest = this.target[side]?.digest
      if (digest === undefined) continue
      const version = this.target[side]?.version ?? ''
      const now = (this.#counted[digest] ??= { requests: 0, failures: 0, slow: 0 })
      const more = Math.round(requests * shares[side])
      now.requests += more
      now.failures += Math.round((more * (this.failing[version] ?? 0)) / 1_000)
      now.slow += Math.round((more * (this.slow[version] ?? 0)) / 1_000)
    }
  }

  #requests(): string {
    return Object.entries(this.#counted)
      .map(
        ([digest, { requests, failures }]) =>
          `requests_total{digest="${digest}",code="200"} ${requests - failures}\nrequests_total{digest="${digest}",code="500"} ${failures}\n`,
      )
      .join('')
  }

  #latency(): string {
    return Object.entries(this.#counted)
      .map(([digest, { requests, slow }]) =>
        [
          ['0.1', requests - slow],
          ['0.5', requests - slow],
          ['+Inf', requests],
        ]
          .map(([le, count]) => `seconds_bucket{digest="${digest}",le="${le}"} ${count}\n`)
          .join(''),
      )
      .join('')
  }
}

let shop: Shop
beforeEach(async () => {
  shop = await new Shop().open()
})
afterEach(() => shop.close())

const counted = (): NonNullable<DeploySettings['judge']['errors']> => ({
  kind: 'ratio',
  source: {
    name: 'scrape',
    options: { endpoints: [`${shop.url}/requests`], requests: 'requests_total{digest="{{digest}}"}', failed: 'code=~"5.."' },
  },
})

const timed = (): NonNullable<DeploySettings['judge']['latency']> => ({
  kind: 'histogram',
  slo: 0.5,
  source: { name: 'scrape', options: { endpoints: [`${shop.url}/latency`], histogram: 'seconds{digest="{{digest}}"}' } },
})

const releases = (judge: DeploySettings['judge'], dryRun = false): Promise<DeployReport> =>
  deploy(
    {
      settings: {
        app: 'shop',
        environment: 'production',
        platform: { name: 'local', options: {} as never },
        variables: {},
        strategy: 'canary',
        steps: [step(25), step(100)],
        approvePreview: false,
        judge,
        directory: '.',
        watchMs: 0,
        onInsufficient: 'hold',
        onCancel: 'abort',
        freezeForMs: 60_000,
        onNewer: 'refuse',
        deadlineMs: 3_600_000,
        pollMs: 5_000,
        leaseTtlMs: 60_000,
      },
      release: release('v2'),
      dryRun,
      kind: 'release',
    },
    shop.context(),
  )

describe('a release on a platform that counts nothing', () => {
  test('cannot be judged without a source', async () => {
    await expect(releases({})).rejects.toMatchObject({
      code: 'plan-impossible',
      message: expect.stringContaining('`judge.errors` names no metric source'),
    })
    expect(shop.target.calls).toEqual([])
  })

  test('is promoted by what a source counts', async () => {
    expect((await releases({ errors: counted(), latency: timed() })).end).toEqual({ phase: 'promoted', verified: true })
  })

  test('goes back for failures', async () => {
    shop.failing['v2'] = 50
    const { end, weight } = await releases({ errors: counted() })
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'canary-failing' } })
    expect(weight).toBe(0)
    expect(shop.target.weights).toEqual([25, 0])
  })

  test('goes back for slowness, whose place is another than that of the failures', async () => {
    shop.slow['v2'] = 200
    const { end } = await releases({ errors: counted(), latency: timed() })
    expect(end).toMatchObject({ phase: 'aborted', reason: { code: 'canary-failing', text: expect.stringContaining('latency') } })
  })
})

describe('a source that is out of order', () => {
  test('is told before anything is touched, in a dry run too, by the name of its metric', async () => {
    shop.down.add('/latency')
    for (const dryRun of [true, false])
      await expect(releases({ errors: counted(), latency: timed() }, dryRun)).rejects.toMatchObject({
        code: 'metrics-unavailable',
        message: expect.stringMatching(/^latency: .*\/latency answered with status 500: out of order/),
      })
    expect(shop.target.calls).toEqual([])
  })

  test('on the way, it lets nothing pass, and never becomes a verdict', async () => {
    shop.clock.onTick = () => void (shop.target.weight === 25 && shop.down.add('/latency'))
    expect((await releases({ errors: counted(), latency: timed() })).end).toMatchObject({
      phase: 'aborted',
      reason: { code: 'metrics-unavailable' },
    })
    expect(shop.target.weights).toEqual([25, 0])
  })

  test('on the way, it does not hide failures that another one counts', async () => {
    shop.failing['v2'] = 50
    shop.clock.onTick = () => void (shop.target.weight === 25 && shop.down.add('/latency'))
    expect((await releases({ errors: counted(), latency: timed() })).end).toMatchObject({
      phase: 'aborted',
      reason: { code: 'canary-failing' },
    })
  })
})

test('a secret that is not there is told before anything is touched', async () => {
  const { source } = counted()
  const options = { ...(source?.options as object), headers: { authorization: { env: 'EDGE_TOKEN' } } }
  await expect(releases({ errors: { kind: 'ratio', source: { name: 'scrape', options } } })).rejects.toMatchObject({
    code: 'secret-missing',
    message: expect.stringContaining('EDGE_TOKEN'),
  })
  expect(shop.target.calls).toEqual([])
})
