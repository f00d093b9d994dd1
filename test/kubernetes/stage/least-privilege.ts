import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { TestNamespace } from './namespace.ts'
import { collectionPath } from './paths.ts'

const signal = new AbortController().signal

interface TokenRequest extends KubeObject {
  readonly spec: { readonly expirationSeconds: number }
  readonly status?: { readonly token: string }
}

/** A user who may do what a role says, and nothing else. */
export interface LimitedUser {
  readonly kubeconfig: string
  /** As the audit log calls it. */
  readonly username: string
}

/** Sections of the published role, by their titles, that a shop behind a Gateway does not need. */
const ofOthers = ['Workload `statefulset', 'Workload `daemonset', 'Router `']
const ofShops = ['Router `gateway-api` with an HTTPRoute']

const begins = (title: string, beginnings: readonly string[]): boolean => beginnings.some((each) => title.startsWith(each))

/**
 * The published role with the names of a test: everything that it calls `shop` is called `name`, and the namespace is the test's.
 * @param further beginnings of the titles of sections that are kept besides those of a Deployment behind an HTTPRoute
 */
export const publishedRole = (namespace: string, name = 'web', further: readonly string[] = []): readonly KubeObject[] => {
  const sections = readFileSync('docs/kubernetes/role.yaml', 'utf8').split(/^(?= {2}## |---$)/m)
  const kept = sections.filter((section) => {
    const title = /^ {2}## (.*)/.exec(section)?.[1] ?? ''
    return begins(title, [...ofShops, ...further]) || !begins(title, ofOthers)
  })
  const text = kept
    .join('')
    .replaceAll('namespace: shop', `namespace: ${namespace}`)
    .replaceAll(/\bshop\b/g, name)
  return parseAllDocuments(text).map((document) => document.toJS() as KubeObject)
}

/** Binds the published role to a ServiceAccount of its own, and writes a kubeconfig with a token of it. */
export const limitedUser = async (
  namespace: TestNamespace,
  folder: string,
  objects = publishedRole(namespace.name),
): Promise<LimitedUser> => {
  const { client } = namespace.cluster
  await namespace.has(...objects)
  const account = `${collectionPath({ apiVersion: 'v1' }, namespace.name, 'serviceaccounts')}/deploy-kit`
  const request: TokenRequest = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } }
  const { status } = await client.create<TokenRequest>(`${account}/token`, request, { signal })
  const cluster = client.connection.config.getCurrentCluster()
  const kubeconfig = join(folder, 'limited.kubeconfig')
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      {
        name: 'test',
        cluster: { server: cluster?.server, 'certificate-authority-data': cluster?.caData, 'certificate-authority': cluster?.caFile },
      },
    ],
    users: [{ name: 'test', user: { token: status?.token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  })
  writeFileSync(kubeconfig, text, { mode: 0o600 })
  return { kubeconfig, username: `system:serviceaccount:${namespace.name}:deploy-kit` }
}
