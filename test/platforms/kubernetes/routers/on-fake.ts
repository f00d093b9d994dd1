import { KubeConfig } from '@kubernetes/client-node'
import { connect, kinds, kubeClient } from '../../../../packages/platforms/src/kubernetes/api/index.ts'
import type { RouterUnderTest } from '../../../contracts/traffic-router.ts'
import { fakeKubeApi, type FakeKubeApi } from '../../../fakes/kube-api/index.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { worldIn, type Place, type World } from './worlds/world.ts'

const gateway = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', plural: 'gateways' }

export interface FakeCluster extends Place {
  readonly api: FakeKubeApi
  readonly clock: ManualClock
}

/** A fake API server, and a client that reaches it over a socket. */
export const fakeCluster = async (): Promise<FakeCluster> => {
  const api = await fakeKubeApi([...Object.values(kinds), gateway])
  const config = new KubeConfig()
  config.loadFromClusterAndUser({ name: 'fake', server: api.url, skipTLSVerify: true }, { name: 'nobody' })
  const clock = new ManualClock()
  return { api, client: kubeClient(connect(config), clock), namespace: 'shop', clock }
}

/** A world on a fake API server. */
export const onFake = async (world: World): Promise<RouterUnderTest> => {
  const place = await fakeCluster()
  world.controllers?.(place.api)
  return worldIn(world, place, () => place.api.close())
}
