import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Release } from '@deploy-kit/rollout'
import { stringify } from 'yaml'
import { targetContract } from '../contracts/target.ts'
import { testCluster, versions, type VersionName } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'
import { webDeployment, webGateway, webRoute, webService } from './stage/objects.ts'
import { openPlatform, takeLease } from './stage/platform.ts'

const cluster = testCluster()
const signal = new AbortController().signal

const versionOf = async (url: string, headers: Readonly<Record<string, string>>): Promise<VersionName | undefined> => {
  const answered = (await fetch(url, { headers })).headers.get('x-version')
  return versions.find((version) => version === answered)
}

targetContract('the Kubernetes platform', async () => {
  const namespace = await TestNamespace.make(cluster)
  const folder = mkdtempSync(join(tmpdir(), 'dk-contract-'))
  const manifests = join(folder, 'web.yaml')
  writeFileSync(manifests, stringify(webDeployment({ namespace: namespace.name, image: cluster.image('one'), replicas: 1 })))
  const { className, port } = cluster.gateway
  await namespace.has(
    webService(namespace.name),
    webGateway(namespace.name, className, port),
    webRoute(namespace.name, `${namespace.name}.test`),
  )
  const platform = await openPlatform(namespace, { options: { manifests: [manifests] } })
  const stranger = await openPlatform(namespace, { run: { id: 'acme/web/2', attempt: 1 }, options: { manifests: [manifests] } })
  await takeLease(platform)

  const release = async (version: VersionName): Promise<Release> => {
    const plain: Release = { digest: cluster.digest(version), image: cluster.image(version), version, environment: {}, configuration: 'c1' }
    return (await platform.complete?.(plain, signal)) ?? plain
  }
  const route = `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace.name}/httproutes/web`
  return {
    target: platform.target,
    stranger: stranger.target,
    release: (name) => release(name as VersionName),
    brokenRelease: async () => ({ release: await release('crash'), says: 'nowhere' }),
    interfere: async (weight) => {
      const weights = [100 - weight, weight].map((value, index) => ({
        op: 'add',
        path: `/spec/rules/0/backendRefs/${index}/weight`,
        value,
      }))
      await cluster.client.patch(route, weights, { type: 'json-patch', signal })
    },
    answeredBy: async ({ url, headers }) => {
      const version = await versionOf(url, headers)
      return version === undefined ? undefined : cluster.digest(version)
    },
    close: async () => {
      await namespace[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})
