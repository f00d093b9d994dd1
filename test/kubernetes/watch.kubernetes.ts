import { createInterface } from 'node:readline'
import { expect, test } from '@jest/globals'
import type { KubeObject } from '../../packages/platforms/src/kubernetes/api/index.ts'
import type { Change } from '../../packages/platforms/src/kubernetes/api/kube-client.ts'
import { testCluster } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'

const cluster = testCluster()
const signal = new AbortController().signal

const configMap = (name: string, value: string): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value } }) as KubeObject

const worded = (change: Change<KubeObject>): string =>
  change.type === 'known' ? `known ${change.objects.length}` : `${change.type} ${change.object.metadata?.name ?? ''}`

test('a real server tells what is there, then each change, of the objects that are asked for', async () => {
  await using namespace = await TestNamespace.make(cluster)
  const path = `/api/v1/namespaces/${namespace.name}/configmaps`
  await namespace.has(configMap('ours', '1'))
  const stop = new AbortController()
  const changes = cluster.client.watch<KubeObject>(path, { signal: stop.signal, query: { fieldSelector: 'metadata.name=ours' } })
  const seen: string[] = []
  for await (const change of changes) {
    seen.push(worded(change))
    if (seen.length === 1) {
      await namespace.has(configMap('theirs', '1'))
      await cluster.client.patch(`${path}/ours`, { data: { value: '2' } }, { type: 'merge-patch', signal })
    }
    if (seen.length === 2) await cluster.client.remove(`${path}/ours`, { signal })
    if (seen.length === 3) break
  }
  stop.abort()
  expect(seen).toEqual(['known 1', 'MODIFIED ours', 'DELETED ours'])
})

test('a version that a real server has forgotten is refused in one of the ways that a new list follows: 410, or an error with it', async () => {
  await using namespace = await TestNamespace.make(cluster)
  const { connection } = cluster.client
  const url = new URL(`/api/v1/namespaces/${namespace.name}/configmaps`, connection.server)
  for (const [name, value] of Object.entries({ watch: 'true', resourceVersion: '1', timeoutSeconds: '5' }))
    url.searchParams.set(name, value)
  const answer = await connection.stream(url, signal)
  const lines: { readonly type: string; readonly object: { readonly code?: number } }[] = []
  for await (const line of createInterface({ input: answer })) lines.push(JSON.parse(line) as (typeof lines)[number])
  const [first] = lines
  expect(answer.statusCode === 410 || (first?.type === 'ERROR' && first.object.code === 410)).toBe(true)
})
