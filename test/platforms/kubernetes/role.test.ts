import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parseAllDocuments } from 'yaml'
import { allows } from '../../../packages/platforms/src/kubernetes/role/allowed.ts'
import { permissionsOf, type RoleOptions } from '../../../packages/platforms/src/kubernetes/role/parts.ts'
import { permissions } from '../../../packages/platforms/src/kubernetes/role/permissions.ts'
import { roleText } from '../../../packages/platforms/src/kubernetes/role/role-text.ts'

const names = {
  namespace: 'front',
  app: 'storefront',
  environment: 'production',
  workload: 'shop',
  service: 'web',
  routes: ['public'],
  autoscalers: ['shop'],
}

const configured = (options: Partial<RoleOptions> = {}): RoleOptions => ({
  workload: 'deployment/shop',
  metrics: undefined,
  router: 'none',
  manifests: undefined,
  helm: undefined,
  'pin-configuration': true,
  ...options,
})

test.each([
  [
    'a verb on all objects of a kind',
    { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
    { group: '', resource: 'pods', verb: 'list' },
    true,
  ],
  ['another verb', { verbs: ['list'], apiGroups: [''], resources: ['pods'] }, { group: '', resource: 'pods', verb: 'delete' }, false],
  ['another group', { verbs: ['get'], apiGroups: ['apps'], resources: ['pods'] }, { group: '', resource: 'pods', verb: 'get' }, false],
  [
    'an administrator',
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { group: 'apps', resource: 'deployments', verb: 'patch', name: 'shop' },
    true,
  ],
  [
    'the object that is named',
    { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
    { group: '', resource: 'pods', verb: 'get', name: 'a' },
    true,
  ],
  [
    'an object that is not',
    { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
    { group: '', resource: 'pods', verb: 'get', name: 'b' },
    false,
  ],
  [
    'names do not allow a list',
    { verbs: ['list'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] },
    { group: '', resource: 'pods', verb: 'list' },
    false,
  ],
  [
    'pods are not their logs',
    { verbs: ['get'], apiGroups: [''], resources: ['pods'] },
    { group: '', resource: 'pods/proxy', verb: 'get' },
    false,
  ],
  [
    'the proxies of everything',
    { verbs: ['get'], apiGroups: [''], resources: ['*/proxy'] },
    { group: '', resource: 'pods/proxy', verb: 'get' },
    true,
  ],
])('%s', (_, rule, access, expected) => {
  expect(allows(rule, access)).toBe(expected)
})

test('writes go to objects that are named, except where a creation sends no name, where the router by counts labels pods, and where a StatefulSet is held up by one', () => {
  const unlimited = permissions.filter(
    ({ names: namesOf, verbs }) => namesOf === undefined && verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)),
  )
  expect(unlimited.map(({ resource, verbs }) => `${verbs.join()} ${resource}`)).toEqual([
    'create leases',
    // Copies of configuration, and releases, have hashes in their names.
    'get,list,create,patch,delete configmaps',
    'get,create,delete secrets',
    'get,list,create,update,delete secrets',
    'create deployments',
    'delete pods',
    'list,create destinationrules',
    'list,create ingresses',
    'patch pods',
    'get,create pods/portforward',
  ])
})

test('the role says the names of a configuration, and only the parts that it needs', () => {
  const text = roleText(names, permissionsOf(configured()))
  const [account, role, binding] = parseAllDocuments(text).map((document) => document.toJS() as Record<string, never>)
  expect(account).toMatchObject({ kind: 'ServiceAccount', metadata: { namespace: 'front' } })
  expect(binding).toMatchObject({ kind: 'RoleBinding', subjects: [{ namespace: 'front' }] })
  expect(role).toMatchObject({
    rules: expect.arrayContaining([
      { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['shop', 'shop-canary'], verbs: ['get', 'list', 'watch', 'patch'] },
    ]),
  })
  expect(text).toContain('deploy-kit.storefront.production.records')
  expect(text).not.toContain('httproutes')
  expect(text).not.toContain('pods/proxy')
})

const resourcesOf = (options: Partial<RoleOptions>, known?: Parameters<typeof permissionsOf>[1]): readonly string[] =>
  permissionsOf(configured(options), known).map(({ resource, verbs }) => `${verbs.join()} ${resource}`)

describe('the router', () => {
  test('that is named with its object needs not look for it', () => {
    const named = resourcesOf({ router: { 'gateway-api': { route: 'public' } } })
    expect(named).toContain('get,update,patch httproutes')
    expect(named.filter((each) => /^list (?:http|grpc)routes/.test(each))).toEqual([])
  })

  test('that has to find its object may find either kind', () => {
    expect(resourcesOf({ router: 'gateway-api' })).toEqual(
      expect.arrayContaining(['list httproutes', 'list grpcroutes', 'get,update,patch grpcroutes']),
    )
    expect(resourcesOf({ router: 'traefik' })).toEqual(expect.arrayContaining(['list traefikservices', 'list ingressroutes']))
  })

  test('that is to be found looks at all kinds of the cluster, and changes those that are in use', () => {
    const known = {
      groups: new Set(['gateway.networking.k8s.io', 'projectcontour.io', 'networking.k8s.io']),
      inUse: [
        {
          name: 'contour' as const,
          routes: [{ called: 'HTTPProxy shop', path: '/apis/projectcontour.io/v1/namespaces/shop/httpproxies/shop' }],
        },
      ],
      brought: [],
    }
    const found = resourcesOf({ router: 'auto' }, known)
    expect(found).toEqual(expect.arrayContaining(['list httproutes', 'list httpproxies', 'list ingresses', 'get,update,patch httpproxies']))
    expect(found).not.toContain('get,update,patch httproutes')
    expect(found).not.toContain('list virtualservices')
  })

  test('that nobody could ask for is taken to be an HTTPRoute', () => {
    expect(resourcesOf({ router: 'auto' })).toEqual(expect.arrayContaining(['list virtualservices', 'get,update,patch httproutes']))
  })

  test('of what is released in place is none', () => {
    expect(resourcesOf({ workload: 'daemonset/shop', router: 'auto' }).filter((each) => /routes|services/.test(each))).toEqual([])
  })
})

test('manifests bring a rule for each kind that has a namespace', () => {
  const kind = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true }
  const scopeless = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }
  const found = resourcesOf({ manifests: ['app.yaml'] }, { groups: new Set(), inUse: [], brought: [kind, scopeless] })
  expect(found).toContain('get,create,patch,delete serviceaccounts')
  expect(found.join()).not.toContain('namespaces')
})

test('each rule of the published role stands below its reason', () => {
  const lines = readFileSync('docs/kubernetes/role.yaml', 'utf8').split('\n')
  const rules = lines.flatMap((line, index) => (line.startsWith('  - apiGroups') ? [lines[index - 1] ?? ''] : []))
  expect(rules.length).toBe(permissions.length)
  expect(rules.filter((reason) => !/^ {2}# [a-z]/.test(reason))).toEqual([])
})
