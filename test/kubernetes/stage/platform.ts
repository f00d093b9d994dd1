import { silentLogger, systemClock, type RunIdentity } from '@deploy-kit/core'
import { platformOptions, platforms } from '@deploy-kit/platforms'
import { leaseDocument, type Platform } from '@deploy-kit/rollout'
import type { TestNamespace } from './namespace.ts'

export const holder: RunIdentity = { id: 'acme/web/1', attempt: 1 }

export interface OpenOptions {
  readonly run?: RunIdentity
  readonly options?: Readonly<Record<string, unknown>>
}

/** The Kubernetes platform as a run opens it, on the workload `web` of a namespace. */
export const openPlatform = async (namespace: TestNamespace, { run = holder, options = {} }: OpenOptions = {}): Promise<Platform> => {
  const schema = await platformOptions.kubernetes()
  const { open } = await platforms.kubernetes()
  const settings = schema.parse({
    namespace: namespace.name,
    workload: 'deployment/web',
    router: { 'gateway-api': { route: 'web' } },
    kubeconfig: namespace.cluster.kubeconfig,
    drain: '0s',
    'ready-within': '60s',
    ...options,
  })
  return open(settings, { app: 'web', environment: 'test', holder: run, log: silentLogger, clock: systemClock })
}

/** Takes the lease, as a run of a release would hold it, whoever has it. */
export const takeLease = async ({ documents }: Platform): Promise<void> => {
  const { signal } = new AbortController()
  const intent = { safe: 'stable', weight: { last: 0, next: 0 }, to: '', doing: 'a test' }
  const lease = { holder: { ...holder }, acquiredAt: 0, ttlMs: 600_000, intent, state: null }
  const held = await documents.read(leaseDocument, signal)
  await documents.write(leaseDocument, lease, held?.version, signal)
}
