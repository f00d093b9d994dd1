import { expect, test } from '@jest/globals'
import { testCluster } from './stage/cluster.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()

test('a good release goes step by step and is promoted, and no request is lost', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('two')
  const { lost, failed } = await traffic.stop()

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 0, outcome: 'promoted', digest: cluster.digest('two') })
  expect(await shop.state()).toEqual({ stable: 'two', canary: null, weight: 0, lease: 'free' })
  expect({ lost, failed }).toEqual({ lost: 0, failed: 0 })
})

test('a bad release is sent back by what its pods count, and nothing is left behind', async () => {
  await using shop = await Shop.serving(cluster, 'one')
  const before = (await shop.deployment())?.spec
  const traffic = shop.underTraffic(100)
  const { exitCode, outputs, log } = await shop.releases('bad30')
  const { lost } = await traffic.stop()

  expect({ exitCode, ...outputs, log }).toMatchObject({ exitCode: 1, outcome: 'aborted', 'reason-code': 'canary-failing' })
  expect(await shop.state()).toEqual({ stable: 'one', canary: null, weight: 0, lease: 'free' })
  expect((await shop.deployment())?.spec).toEqual(before)
  expect(lost).toBe(0)
})
