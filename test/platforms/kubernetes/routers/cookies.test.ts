import { expect, test } from '@jest/globals'
import type { KubeObject } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import { cookieHeader } from '../../../../packages/platforms/src/kubernetes/routers/header-options.ts'
import type { Route } from '../../../../packages/platforms/src/kubernetes/routers/gateway-api/route.ts'
import { fakeCluster } from './on-fake.ts'
import { contourWorld } from './worlds/contour.ts'
import { gatewayApiWorld } from './worlds/gateway-api.ts'
import { nginxWorld } from './worlds/ingress.ts'
import { istioWorld } from './worlds/istio.ts'
import { ingressRouteWorld, traefikServiceWorld } from './worlds/traefik.ts'
import { contextIn, openIn, signal, worldIn, type World } from './worlds/world.ts'

const cookie = { name: 'shop.canary' }
const both = { cookie, header: { name: 'x-canary' } }
const pattern = cookieHeader({ ...cookie, value: 'always' }).value

test.each<[string, boolean]>([
  ['shop.canary=always', true],
  ['a=1; shop.canary=always', true],
  ['a=1;shop.canary=always;b=2', true],
  ['shop.canary=always2', false],
  ['xshop.canary=always', false],
  ['shopxcanary=always', false],
  ['a=shop.canary=always', false],
  ['', false],
])('of the cookies `%s` the pattern says %s, whether a router matches the whole or a part', (cookies, expected) => {
  expect([new RegExp(pattern).test(cookies), new RegExp(`^(?:${pattern})$`).test(cookies)]).toEqual([expected, expected])
})

/** The object of a world with the canary attached. */
const attached = async (world: World, name: string): Promise<KubeObject | undefined> => {
  const place = await fakeCluster()
  world.controllers?.(place.api)
  await worldIn(world, place, () => place.api.close())
  const router = await openIn(world.router, world.options, contextIn(place))
  await router.attach(signal)
  const [[kind] = []] = world.touched
  const found = place.api.get(kind?.kind ?? '', name)
  await place.api.close()
  return found
}

test('through an HTTPRoute a request may carry the header or the cookie', async () => {
  const route = (await attached(gatewayApiWorld({ route: 'shop', ...both }), 'shop')) as Route
  const [, whole] = route.spec.rules ?? []
  expect(whole?.matches).toEqual([
    { headers: [{ name: 'x-canary', value: 'always', type: 'Exact' }] },
    { headers: [{ name: 'Cookie', value: pattern, type: 'RegularExpression' }] },
  ])
})

test('through a VirtualService the cookie is a regular expression', async () => {
  const service = await attached(istioWorld({ cookie }), 'shop')
  expect(JSON.stringify(service)).toContain(JSON.stringify({ cookie: { regex: pattern } }).slice(1, -1))
})

test('through an IngressRoute either is enough, and the route is known for ours again', async () => {
  const route = await attached(ingressRouteWorld('shop.test', both), 'shop')
  expect(route).toMatchObject({
    spec: {
      routes: [
        {
          match: `(Host(\`shop.test\`)) && (Header(\`x-canary\`, \`always\`) || HeaderRegexp(\`Cookie\`, \`${pattern}\`))`,
          services: [{ name: 'shop-canary' }],
        },
        {},
        {},
      ],
    },
  })
})

test('through an HTTPProxy each has a route of its own', async () => {
  const proxy = (await attached(contourWorld(both), 'shop')) as { readonly spec?: { readonly routes?: readonly object[] } } | undefined
  expect(proxy?.spec?.routes).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ conditions: expect.arrayContaining([{ header: { name: 'Cookie', regex: pattern } }]) }),
      expect.objectContaining({ conditions: expect.arrayContaining([{ header: { name: 'x-canary', exact: 'always' } }]) }),
    ]),
  )
})

test('ingress-nginx looks for a cookie by its name', async () => {
  expect(await attached(nginxWorld({ cookie: { name: 'canary' } }), 'shop-canary')).toMatchObject({
    metadata: { annotations: { 'nginx.ingress.kubernetes.io/canary-by-cookie': 'canary' } },
  })
})

test('a TraefikService cannot, and says so before anything is touched', async () => {
  const place = await fakeCluster()
  await worldIn(traefikServiceWorld, place, () => place.api.close())
  await expect(openIn('traefik', { header: { name: 'x-canary' } }, contextIn(place))).rejects.toMatchObject({
    code: 'plan-impossible',
    message: 'The TraefikService shop cannot send requests to the canary by a header or a cookie: it knows weights alone.',
  })
  await place.api.close()
})
