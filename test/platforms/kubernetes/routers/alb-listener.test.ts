import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger, type Logger } from '@deploy-kit/core'
import type { Router } from '../../../../packages/platforms/src/kubernetes/routers/index.ts'
import { awsKeys, elbServer, type ElbServer, type FakeLoadBalancer } from '../../../fakes/elb-server.ts'
import { fakeCluster, type FakeCluster } from './on-fake.ts'
import { albWorld } from './worlds/ingress.ts'
import { contextIn, openIn, signal, worldIn } from './worlds/world.ts'

const hostname = 'k8s-shop-2a8f1c.eu-central-1.elb.amazonaws.com'
const environment = { AWS_ACCESS_KEY_ID: awsKeys.id, AWS_SECRET_ACCESS_KEY: awsKeys.secret, AWS_SESSION_TOKEN: awsKeys.session }
const action = 'alb.ingress.kubernetes.io/actions.shop'

interface Group {
  readonly serviceName?: string
  readonly weight: number
}

let cluster: FakeCluster
let balancer: FakeLoadBalancer
let aws: ElbServer
/** Milliseconds after which the controller follows; undefined when it does not. */
let followsAfter: number | undefined
const said: string[] = []
const log: Logger = { ...silentLogger, info: (text) => void said.push(text), warning: (text) => void said.push(text) }
const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]))

/** The controller: its target groups in the order of the marks, weights as the action has them. */
const follow = (): void => {
  const annotations = cluster.api.get('Ingress', 'shop')?.metadata.annotations ?? {}
  const { forwardConfig } = JSON.parse(annotations[action] ?? '{}') as {
    readonly forwardConfig: { readonly targetGroups: readonly Group[] }
  }
  const indexOf = ({ serviceName }: Group): number => ['shop', 'shop-canary', undefined].indexOf(serviceName)
  balancer.rules = [forwardConfig.targetGroups.map((group) => [indexOf(group), group.weight] as const)]
}

beforeEach(async () => {
  Object.assign(process.env, environment)
  said.length = 0
  followsAfter = 5_000
  cluster = await fakeCluster()
  await worldIn(albWorld, cluster, () => cluster.api.close())
  cluster.api.status('Ingress', 'shop', { loadBalancer: { ingress: [{ hostname }] } })
  balancer = { hostname, marks: ['shop/shop-shop:80', 'shop/shop-shop-canary:80', undefined], rules: [] }
  follow()
  aws = await elbServer([
    { hostname: 'k8s-cart.eu-central-1.elb.amazonaws.com', marks: ['cart/cart-shop:80'], rules: [[[0, 1]]] },
    balancer,
  ])
  let changedAt = cluster.clock.now()
  cluster.api.onWrite = () => {
    changedAt = cluster.clock.now()
  }
  cluster.clock.onTick = (now) => {
    if (followsAfter !== undefined && now - changedAt >= followsAfter) follow()
  }
})
afterEach(async () => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  await cluster.api.close()
  await aws.close()
})

const opened = (): Promise<Router> => openIn('alb', { endpoint: `${aws.url}/` }, contextIn(cluster, log))
const weights = () => balancer.rules[0]?.map(([, weight]) => weight)

test('a change is taken when the listener rules have it, read over all pages of a signed API', async () => {
  const router = await opened()
  const from = cluster.clock.now()
  await router.attach(signal)
  expect(cluster.clock.now() - from).toBeGreaterThanOrEqual(5_000)
  expect(weights()).toEqual([200, 0, 50])
  await router.setWeight(25, 0, signal)
  expect(weights()).toEqual([150, 50, 50])
  await router.setWeight(0, undefined, signal)
  await router.detach(signal)
  expect(weights()).toEqual([8, 2])
  expect(said).toEqual([])
})

test('the way home waits for nothing, and the canary is not taken away before the load balancer has left it', async () => {
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(50, 0, signal)
  const from = cluster.clock.now()
  await router.setWeight(0, undefined, signal)
  expect({ waited: cluster.clock.now() - from, weights: weights() }).toEqual({ waited: 0, weights: [100, 100, 50] })
  await router.detach(signal)
  expect(weights()).toEqual([8, 2])
})

test('a controller that does not follow ends the release with what the rules have', async () => {
  const router = await opened()
  await router.attach(signal)
  followsAfter = undefined
  await expect(router.setWeight(25, 0, signal)).rejects.toMatchObject({
    code: 'route-not-accepted',
    message: 'The load balancer of the Ingress shop has not followed: rule rule-0 gives the canary 0 %, and not 25 %.',
  })
})

test('an answer that is missing for a while is no verdict', async () => {
  const router = await opened()
  await router.attach(signal)
  aws.refuses = 'Throttling'
  const { onTick } = cluster.clock
  const from = cluster.clock.now()
  cluster.clock.onTick = (now) => {
    onTick(now)
    if (now - from > 30_000) aws.refuses = undefined
  }
  await router.setWeight(25, 0, signal)
  expect(weights()).toEqual([150, 50, 50])
})

test('what may not be read is said once, and the release goes on as without credentials', async () => {
  aws.refuses = 'AccessDenied'
  const router = await opened()
  await router.attach(signal)
  await router.setWeight(25, 0, signal)
  expect(said).toEqual([
    'The listener rules of the load balancer are not read back: AccessDenied: not authorized to perform: elasticloadbalancing:DescribeLoadBalancers. A change counts as taken when the API server has it.',
  ])
})

test('an Ingress without a load balancer is said', async () => {
  cluster.api.status('Ingress', 'shop', {})
  await (await opened()).attach(signal)
  expect(said).toEqual([expect.stringContaining('are not read back: the Ingress shop has no load balancer yet.')])
})

test('without credentials nothing is asked of AWS, and that is said', async () => {
  delete process.env['AWS_ACCESS_KEY_ID']
  await (await opened()).attach(signal)
  expect(aws.asked).toEqual([])
  expect(said).toEqual([expect.stringContaining('there are no credentials for AWS (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)')])
})
