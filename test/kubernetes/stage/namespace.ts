import { randomBytes } from 'node:crypto'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { collectionPath } from './paths.ts'
import type { TestCluster } from './cluster.ts'

const signal = new AbortController().signal

/** A namespace for one test. */
export class TestNamespace implements AsyncDisposable {
  readonly name: string
  readonly cluster: TestCluster

  private constructor(cluster: TestCluster, name: string) {
    this.cluster = cluster
    this.name = name
  }

  static async make(cluster: TestCluster): Promise<TestNamespace> {
    const name = `dk-test-${randomBytes(4).toString('hex')}`
    await cluster.client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { signal })
    return new TestNamespace(cluster, name)
  }

  /** Creates objects in the order given, as `kubectl create` would. */
  async has(...objects: readonly KubeObject[]): Promise<void> {
    for (const object of objects) await this.cluster.client.create(collectionPath(object, this.name), object, { signal })
  }

  get<T extends KubeObject>(apiVersion: string, plural: string, name: string): Promise<T | undefined> {
    return this.cluster.client.get<T>(`${collectionPath({ apiVersion }, this.name, plural)}/${name}`, { signal })
  }

  async list<T extends KubeObject>(apiVersion: string, plural: string, labelSelector = ''): Promise<readonly T[]> {
    const { items } = await this.cluster.client.list<T>(collectionPath({ apiVersion }, this.name, plural), {
      signal,
      query: { labelSelector },
    })
    return items
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.client.remove(`/api/v1/namespaces/${this.name}`, { signal })
  }
}
