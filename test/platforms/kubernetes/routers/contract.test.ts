import { trafficRouterContract } from '../../../contracts/traffic-router.ts'
import { onFake } from './on-fake.ts'
import { contourWorld } from './worlds/contour.ts'
import { gatewayApiWorld, grpcWorld, meshWorld } from './worlds/gateway-api.ts'
import { albWorld, nginxWorld } from './worlds/ingress.ts'
import { istioWorld } from './worlds/istio.ts'
import { replicasWorld } from './worlds/replicas.ts'
import { ingressRouteWorld, traefikServiceWorld } from './worlds/traefik.ts'

const header = { name: 'x-canary' }
const cookie = { name: 'canary' }

trafficRouterContract('gateway-api', () => onFake(gatewayApiWorld()))
trafficRouterContract('gateway-api with a header', () => onFake(gatewayApiWorld({ route: 'shop', header })))
trafficRouterContract('gateway-api with a header and a cookie', () => onFake(gatewayApiWorld({ route: 'shop', header, cookie })))
trafficRouterContract('gateway-api with a GRPCRoute', () => onFake(grpcWorld()))
trafficRouterContract('linkerd', () => onFake(meshWorld))
trafficRouterContract('istio', () => onFake(istioWorld()))
trafficRouterContract('istio with a header, in one route', () => onFake(istioWorld({ 'virtual-service': 'shop', route: 'main', header })))
trafficRouterContract('istio with a cookie', () => onFake(istioWorld({ cookie })))
trafficRouterContract('traefik by a TraefikService', () => onFake(traefikServiceWorld))
trafficRouterContract('traefik by an IngressRoute', () => onFake(ingressRouteWorld()))
trafficRouterContract('traefik by an IngressRoute, with a header', () => onFake(ingressRouteWorld('shop.test', { header })))
trafficRouterContract('traefik by an IngressRoute, with both', () => onFake(ingressRouteWorld('shop.test', { header, cookie })))
trafficRouterContract('contour', () => onFake(contourWorld()))
trafficRouterContract('contour with a header', () => onFake(contourWorld({ proxy: 'shop', header })))
trafficRouterContract('contour with both', () => onFake(contourWorld({ header, cookie })))
trafficRouterContract('nginx', () => onFake(nginxWorld()))
trafficRouterContract('nginx with a header', () => onFake(nginxWorld({ ingress: 'shop', header })))
trafficRouterContract('alb', () => onFake(albWorld))
trafficRouterContract('replicas', () => onFake(replicasWorld()))
