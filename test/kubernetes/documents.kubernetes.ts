import { documentsContract } from '../contracts/documents.ts'
import { testCluster } from './stage/cluster.ts'
import { TestNamespace } from './stage/namespace.ts'
import { openPlatform } from './stage/platform.ts'

const cluster = testCluster()

documentsContract('the Kubernetes platform', async () => {
  const namespace = await TestNamespace.make(cluster)
  const { documents } = await openPlatform(namespace)
  const { documents: elsewhere } = await openPlatform(namespace, { run: { id: 'acme/web/2', attempt: 1 } })
  return { documents, elsewhere, close: () => namespace[Symbol.asyncDispose]() }
})
