import { trafficRouterContract } from '../../../contracts/traffic-router.ts'
import { onFake } from './on-fake.ts'
import { gatewayApiWorld } from './worlds/gateway-api.ts'
import { replicasWorld } from './worlds/replicas.ts'

trafficRouterContract('gateway-api', () => onFake(gatewayApiWorld()))
trafficRouterContract('gateway-api with a header', () => onFake(gatewayApiWorld({ route: 'shop', header: { name: 'x-canary' } })))
trafficRouterContract('replicas', () => onFake(replicasWorld()))
