import { afterAll, expect, jest, test } from '@jest/globals'
import { setStage } from './stage/stage.ts'

jest.setTimeout(60_000)
const stage = await setStage()
afterAll(() => stage.strike())

const untilJudged = { steps: '25, 100', 'bake-min': '200ms', 'bake-max': '30s', 'on-insufficient': 'hold' }

/** Nobody but the probes asks for anything. */
const probed = { judge: { harm: '1%', probe: { path: '/', 'per-second': 60 } } }

test.concurrent('a service without users is promoted by its probes', async () => {
  await using shop = await stage.shop().serving('v1')
  const { exitCode, outputs, log } = await shop.configured(probed).releases('v2', untilJudged)
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted', 'reason-code': 'ok' })
  expect(await shop.state()).toMatchObject({ stable: 'v2', weight: 0 })
})

test.concurrent('and sent back by them', async () => {
  await using shop = await stage.shop().serving('v1')
  const { exitCode, outputs, log } = await shop.configured(probed).releases('v3', untilJudged)
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-failing' })
  expect(await shop.state()).toEqual({ stable: 'v1', canary: null, weight: 0, lease: 'free' })
})

test.concurrent('latency is judged by the histogram of the edge, or by one that is scraped', async () => {
  await using shop = await stage.shop().serving('v1')
  await shop.underTraffic(200)
  shop.configured({
    judge: {
      harm: '1%',
      latency: { slo: '1s' },
      metrics: {
        scraped: {
          kind: 'histogram',
          slo: '1s',
          scrape: { histogram: `deploy_kit_request_duration_seconds{app="shop.${shop.environment}",digest="{{digest}}"}` },
        },
      },
    },
  })
  const { exitCode, outputs, log } = await shop.releases('v2', untilJudged)
  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted' })
  const evidence = JSON.stringify(shop.events(shop.lastRun).flatMap((logged) => logged.evidence ?? []))
  for (const metric of ['latency', 'latency-slo', 'scraped', 'scraped-slo']) expect(evidence).toContain(`"metric":"${metric}"`)
})
