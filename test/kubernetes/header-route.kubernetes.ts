import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { startTraffic, type Answer, type Traffic } from '../../packages/cli/src/rehearse/traffic.ts'
import type { Step } from '../../packages/cli/src/runner/step.ts'
import { testCluster, type VersionName } from './stage/cluster.ts'
import { Shop } from './stage/shop.ts'

const cluster = testCluster()
const marks = { header: { 'x-canary': 'always' }, cookie: { cookie: 'theme=dark; canary=always; lang=en' } } as const

interface Visitors extends AsyncDisposable {
  readonly answers: Answer[]
  /** What answered all requests that were sent from now on, for half a second. */
  now(): Promise<readonly (string | undefined)[]>
}

/** Requests through the gateway until the end of the story. */
const visitors = (shop: Shop, headers: Readonly<Record<string, string>>, perSecond: number): Visitors => {
  const answers: Answer[] = []
  const traffic: Traffic = startTraffic(`${cluster.gateway.url}/`, perSecond, {
    headers: { host: shop.host, ...headers },
    versionHeader: 'x-version',
    onAnswer: (answer) => answers.push(answer),
  })
  return {
    answers,
    now: async () => {
      const from = Date.now()
      await delay(500)
      return [...new Set(answers.filter(({ at }) => at >= from).map(({ version }) => version))]
    },
    [Symbol.asyncDispose]: async () => void (await traffic.stop()),
  }
}

/** A shop whose smoke test comes through its gateway. */
const throughGateway = async (mark: keyof typeof marks, expected: VersionName): Promise<Shop> => {
  const shop = await Shop.serving(cluster, 'one')
  const suite = {
    name: 'shop',
    headers: { host: shop.host },
    checks: [{ name: 'front', request: { path: '/' }, expect: { header: { 'x-version': expected } } }],
  }
  writeFileSync(join(shop.workspace, 'smoke.yml'), stringify(suite))
  const option = mark === 'header' ? { header: { name: 'x-canary' } } : { cookie: { name: 'canary' } }
  return shop.configured({
    platform: {
      router: { 'gateway-api': { route: 'web', ...option } },
      endpoint: { header: { url: cluster.gateway.url } },
    },
    smoke: 'smoke.yml',
  })
}

const rulesOf = async (shop: Shop): Promise<unknown> => {
  const route = await shop.namespace.get('gateway.networking.k8s.io/v1', 'httproutes', 'web')
  return (route as { readonly spec?: { readonly rules?: unknown } } | undefined)?.spec?.rules
}

/** When the canary answered for the first time. */
const first = (answers: readonly Answer[]): number => answers.find(({ version }) => version === 'two')?.at ?? Infinity

test.each(['header', 'cookie'] as const)(
  'with the %s the canary is reached through the gateway before anybody else gets it',
  async (mark) => {
    await using shop = await throughGateway(mark, 'two')
    const before = await rulesOf(shop)
    await using everybody = visitors(shop, {}, 100)
    await using tester = visitors(shop, marks[mark], 50)
    const { outputs, log } = await shop.releases('two', { steps: '10, 100' })
    expect({ ...outputs, log }).toMatchObject({ outcome: 'promoted' })
    const alone = first(everybody.answers) - first(tester.answers)
    // The router has 2 s to follow before the smoke test begins; all that time the canary is there for those with the mark alone.
    expect(alone).toBeGreaterThan(1_500)
    const meanwhile = tester.answers.filter(({ at }) => at > first(tester.answers) + 200).map(({ version }) => version)
    expect(new Set(meanwhile)).toEqual(new Set(['two']))
    expect({
      everybody: everybody.answers.filter(({ status }) => status !== 200),
      tester: tester.answers.filter(({ status }) => status !== 200),
    }).toEqual({ everybody: [], tester: [] })
    expect(await rulesOf(shop)).toEqual(before)
    process.stdout.write(`${mark}: ${meanwhile.length} requests with it to the canary, ${alone} ms before anybody else's\n`)
  },
)

interface Way {
  readonly title: string
  /** What the smoke test wants to be answered by. */
  readonly smoke: VersionName
  readonly goes: (shop: Shop, step: Step, tester: Visitors) => Promise<unknown>
}

const untilReached = async ({ answers }: Visitors, step: Step): Promise<void> => {
  const deadline = Date.now() + 60_000
  while (!answers.some(({ version }) => version === 'two')) {
    if (Date.now() > deadline) throw new Error(`nobody reached the canary\n${step.log()}`)
    await delay(20)
  }
}

const ways: readonly Way[] = [
  { title: 'a smoke test that fails', smoke: 'three', goes: (_shop, step) => step.ended },
  {
    title: 'a cancelled job, before the canary has any traffic',
    smoke: 'two',
    goes: async (_shop, step, tester) => {
      await untilReached(tester, step)
      await step.cancel()
    },
  },
  {
    title: 'a cancelled job at 10 %',
    smoke: 'two',
    goes: async (shop, step) => {
      await shop.reachesWeight(10, step)
      await step.cancel()
    },
  },
  {
    title: 'a runner that dies at 10 %, and the rollback job',
    smoke: 'two',
    goes: async (shop, step) => {
      await shop.reachesWeight(10, step)
      step.kill('SIGKILL')
      await step.ended
      await shop.reconciles('the-run')
    },
  },
]

test.each(ways)('the way by the header is gone after $title', async ({ smoke, goes }) => {
  await using shop = await throughGateway('header', smoke)
  const before = await rulesOf(shop)
  await using everybody = visitors(shop, {}, 50)
  await using tester = visitors(shop, marks.header, 50)
  await goes(shop, shop.startsRelease('two', { steps: '10, 100', 'bake-min': '30s' }, { run: 'the-run' }), tester)
  await shop.eventually(async () => (await shop.deployment('web-canary')) === undefined, 'the canary is gone')
  expect({ rules: await rulesOf(shop), state: await shop.state(), tester: await tester.now(), everybody: await everybody.now() }).toEqual({
    rules: before,
    state: { stable: 'one', canary: null, weight: 0, lease: 'free' },
    tester: ['one'],
    everybody: ['one'],
  })
  expect(tester.answers.some(({ version }) => version === 'two')).toBe(true)
  if (smoke !== 'two') expect(everybody.answers.some(({ version }) => version === 'two')).toBe(false)
})
