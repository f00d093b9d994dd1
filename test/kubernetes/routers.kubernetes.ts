import { systemClock } from '@deploy-kit/core'
import { trafficRouterContract, type RouterUnderTest } from '../contracts/traffic-router.ts'
import { contourWorld } from '../platforms/kubernetes/routers/worlds/contour.ts'
import { gatewayApiWorld, grpcWorld, meshWorld } from '../platforms/kubernetes/routers/worlds/gateway-api.ts'
import { albWorld, nginxWorld } from '../platforms/kubernetes/routers/worlds/ingress.ts'
import { istioWorld } from '../platforms/kubernetes/routers/worlds/istio.ts'
import { worldIn, type World } from '../platforms/kubernetes/routers/worlds/world.ts'
import { ingressRouteWorld, traefikServiceWorld } from '../platforms/kubernetes/routers/worlds/traefik.ts'
import { testCluster } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'

const cluster = testCluster()

/** A world in a namespace of its own, with objects that the real API server has checked against their real definitions. */
const inCluster = async (world: World): Promise<RouterUnderTest> => {
  const namespace = await TestNamespace.make(cluster)
  const place = { client: cluster.client, namespace: namespace.name, clock: systemClock }
  return worldIn(world, place, () => namespace[Symbol.asyncDispose](), true)
}

const header = { name: 'x-canary' }
const cookie = { name: 'canary' }
const gatewayWorld = (options: object = {}): World => gatewayApiWorld(options, cluster.gateway.className, cluster.gateway.port)

trafficRouterContract('gateway-api', () => inCluster(gatewayWorld()))
trafficRouterContract('gateway-api with a header and a cookie', () => inCluster(gatewayWorld({ route: 'shop', header, cookie })))
trafficRouterContract('gateway-api with a GRPCRoute', () => inCluster(grpcWorld(cluster.gateway.className, cluster.gateway.port)))
trafficRouterContract('linkerd', () => inCluster(meshWorld))
trafficRouterContract('istio', () => inCluster(istioWorld()))
trafficRouterContract('istio with both, in one route', () => inCluster(istioWorld({ route: 'main', header, cookie })))
trafficRouterContract('traefik by a TraefikService', () => inCluster(traefikServiceWorld))
trafficRouterContract('traefik by an IngressRoute, with both', () => inCluster(ingressRouteWorld('shop.test', { header, cookie })))
trafficRouterContract('contour with both', () => inCluster(contourWorld({ header, cookie })))
trafficRouterContract('nginx with both', () => inCluster(nginxWorld({ header, cookie })))
trafficRouterContract('alb', () => inCluster(albWorld))
