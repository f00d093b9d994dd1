import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { changeLines, extents } from '@deploy-kit/release'
import { configurationOf, makePlan, type Finding, type Plan, type Platform, type Release } from '@deploy-kit/rollout'
import { stringify } from 'yaml'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { ConfigMap, Deployment } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import type { TestCluster, VersionName } from './cluster.ts'
import { TestNamespace } from './namespace.ts'
import { migrationJob, webDeployment, webGateway, webRoute, webService } from './objects.ts'
import { collectionPath } from './paths.ts'
import { openPlatform, takeLease } from './platform.ts'

/** What differs between the manifests of two releases. */
export interface Change {
  readonly greeting?: string
  readonly env?: Readonly<Record<string, string>>
  readonly replicas?: number
  /** Whether there is a ConfigMap `extra` that nobody reads. */
  readonly extra?: boolean
  readonly selector?: Readonly<Record<string, string>>
  readonly servicePort?: number
  /** Variables of a Job `migrate`, which runs the program of the workload. */
  readonly job?: Readonly<Record<string, string>>
  /** A ServiceAccount of the pods beside `web`. */
  readonly account?: string
}

interface ManagedFields {
  readonly manager: string
  readonly fieldsV1: unknown
}

const kinds = ['Deployment', 'Service', 'ConfigMap', 'ServiceAccount', 'Role'] as const
const versionOf: Readonly<Record<string, string>> = { Deployment: 'apps/v1', Role: 'rbac.authorization.k8s.io/v1' }

/** A shop that is released with its manifests, by the platform itself and without an engine. */
export class ManifestShop {
  readonly signal = new AbortController().signal
  readonly namespace: TestNamespace
  readonly #workspace = mkdtempSync(join(tmpdir(), 'dk-manifests-'))
  #releases = 0

  private constructor(namespace: TestNamespace) {
    this.namespace = namespace
  }

  static async make(cluster: TestCluster): Promise<ManifestShop> {
    return new ManifestShop(await TestNamespace.make(cluster))
  }

  /** The platform as a run with these manifests opens it, or one without any, holding the lease. */
  async opened(change: Change | undefined, options: Readonly<Record<string, unknown>> = {}): Promise<Platform> {
    const manifests = change === undefined ? {} : { manifests: this.#written(change) }
    const platform = await openPlatform(this.namespace, { options: { ...manifests, ...options } })
    await takeLease(platform)
    return platform
  }

  release(platform: Platform, version: VersionName, environment: Readonly<Record<string, string>> = {}): Promise<Release> {
    const { cluster } = this.namespace
    const release = {
      digest: cluster.digest(version),
      image: cluster.image(version),
      version,
      environment,
      configuration: configurationOf(environment),
    }
    return platform.complete?.(release, this.signal) ?? Promise.resolve(release)
  }

  /** Releases a version with manifests; everybody at once. */
  async serves(version: VersionName, change: Change = {}, options: Readonly<Record<string, unknown>> = {}): Promise<Release> {
    const platform = await this.opened(change, options)
    const release = await this.release(platform, version)
    await platform.target.prepare(release, this.signal)
    await platform.target.promote(this.signal)
    return release
  }

  async findings(version: VersionName, change: Change): Promise<readonly Finding[]> {
    const platform = await this.opened(change)
    return (await platform.preflight?.(await this.#plan(platform, await this.release(platform, version)), this.signal)) ?? []
  }

  /** What stands against a return to a release. */
  async findingsOfReturn(platform: Platform, release: Release): Promise<readonly Finding[]> {
    return (await platform.preflight?.(await this.#plan(platform, release, 'rollback'), this.signal)) ?? []
  }

  /** What a plan with these manifests shows, as its log does. */
  async changes(version: VersionName, change: Change): Promise<readonly string[]> {
    const platform = await this.opened(change)
    const changes = await platform.changes?.(await this.#plan(platform, await this.release(platform, version)), this.signal)
    return changeLines(changes ?? [], extents.log)
  }

  async #plan(platform: Platform, release: Release, kind: Plan['kind'] = 'release'): Promise<Plan> {
    const { stable } = await platform.target.describe(this.signal)
    return makePlan({
      app: 'web',
      environment: 'test',
      kind,
      release,
      replaces: stable?.release,
      strategy: 'canary',
      steps: [{ weight: 100, bake: undefined, gates: [], approval: false }],
      smoke: false,
      watchMs: 0,
      onInsufficient: 'hold',
      deadlineMs: 60_000,
      pollMs: 1_000,
    })
  }

  /** Names of the objects of the app that there are, without what deploy-kit keeps for itself. */
  async kinds(): Promise<Readonly<Record<string, readonly string[]>>> {
    const found: Record<string, readonly string[]> = {}
    for (const kind of kinds) {
      const items = await this.namespace.list(versionOf[kind] ?? 'v1', `${kind.toLowerCase()}s`, '!deploy-kit.io/part')
      found[kind] = items
        .map(({ metadata }) => metadata?.name ?? '')
        .filter((name) => name !== 'kube-root-ca.crt' && name !== 'default' && !name.startsWith('deploy-kit.'))
    }
    return found
  }

  async has(kind: (typeof kinds)[number], name: string): Promise<boolean> {
    return (await this.namespace.get(versionOf[kind] ?? 'v1', `${kind.toLowerCase()}s`, name)) !== undefined
  }

  deployment(name = 'web'): Promise<Deployment | undefined> {
    return this.namespace.get<Deployment>('apps/v1', 'deployments', name)
  }

  copies(): Promise<readonly ConfigMap[]> {
    return this.namespace.list<ConfigMap>('v1', 'configmaps', 'deploy-kit.io/part=configuration')
  }

  /** The greeting that pods of a side would read if they started now. */
  async reads(name: string): Promise<string | undefined> {
    const template = (await this.deployment(name))?.spec?.template
    const map = template?.spec?.containers[0]?.envFrom?.[0]?.configMapRef?.name ?? ''
    return (await this.namespace.get<ConfigMap>('v1', 'configmaps', map))?.data?.['GREETING']
  }

  async original(): Promise<string | undefined> {
    return (await this.namespace.get<ConfigMap>('v1', 'configmaps', 'settings'))?.data?.['GREETING']
  }

  async env(): Promise<Readonly<Record<string, string>>> {
    const env = (await this.deployment())?.spec?.template.spec?.containers[0]?.env ?? []
    return Object.fromEntries(env.map(({ name, value = '' }) => [name, value]))
  }

  /** The workload as `kubectl apply` leaves it: under its manager, by client-side apply. */
  async appliedByKubectl({ env = {}, replicas = 2 }: Change): Promise<void> {
    const workload = webDeployment({
      namespace: this.namespace.name,
      image: this.namespace.cluster.image('one'),
      replicas,
      env,
    }) as Deployment
    const [container] = workload.spec?.template.spec?.containers ?? []
    Object.assign(container ?? {}, { envFrom: [{ configMapRef: { name: 'settings', optional: true } }] })
    await this.#create(workload, 'kubectl-client-side-apply')
    const { className, port } = this.namespace.cluster.gateway
    const { name } = this.namespace
    await this.namespace.has(webService(name), webGateway(name, className, port), webRoute(name, `${name}.test`))
    await this.#eventually(async () => (await this.deployment())?.status?.readyReplicas === replicas)
  }

  /** Somebody writes the settings that the workload reads. */
  async configures(greeting: string): Promise<void> {
    await this.appliedBy('kubectl', { GREETING: greeting })
  }

  /** Nothing but deploy-kit remembers earlier releases from now on. */
  async keepsNoHistory(): Promise<void> {
    const path = `${collectionPath({ apiVersion: 'apps/v1', kind: 'Deployment' }, this.namespace.name)}/web`
    await this.namespace.cluster.client.patch(path, { spec: { revisionHistoryLimit: 0 } }, { type: 'merge-patch', signal: this.signal })
  }

  /** Somebody removes what deploy-kit has kept. */
  async forgets(): Promise<void> {
    for (const { metadata } of await this.namespace.list('v1', 'configmaps', 'deploy-kit.io/part=snapshot'))
      await this.namespace.cluster.client.remove(`/api/v1/namespaces/${this.namespace.name}/configmaps/${metadata?.name ?? ''}`, {
        signal: this.signal,
      })
  }

  /** Managers of a field of the workload, by a path such as `.spec.template.spec.containers[web].image`. */
  async managersOf(field: string): Promise<readonly string[]> {
    const keys = field
      .replaceAll(/\[(\w+)\]/g, '.k:{"name":"$1"}')
      .split('.')
      .slice(1)
      .map((key) => (key.startsWith('k:') ? key : `f:${key}`))
    const deployment = (await this.deployment()) as
      | { readonly metadata?: { readonly managedFields?: readonly ManagedFields[] } }
      | undefined
    const entries = deployment?.metadata?.managedFields ?? []
    const has = (fields: unknown): boolean =>
      keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], fields) !== undefined
    return entries.filter(({ fieldsV1 }) => has(fieldsV1)).map(({ manager }) => manager)
  }

  async hasForeign(kind: 'ConfigMap', name: string): Promise<void> {
    await this.#create({ apiVersion: 'v1', kind, metadata: { name, namespace: this.namespace.name } }, 'kubectl-create')
  }

  /** Another controller applies the settings. */
  async appliedBy(manager: string, data: Readonly<Record<string, string>>): Promise<void> {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: this.namespace.name }, data }
    const path = `${collectionPath(object, this.namespace.name)}/settings`
    await this.namespace.cluster.client.patch(path, object, {
      type: 'apply-patch',
      signal: this.signal,
      query: { fieldManager: manager, force: 'true' },
    })
  }

  /** An autoscaler that wants so many replicas, and the replicas that it has made. */
  async isAutoscaled(replicas: number): Promise<void> {
    const { name } = this.namespace
    await this.namespace.has({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: name },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, minReplicas: replicas, maxReplicas: replicas },
    } as KubeObject)
    await this.#eventually(async () => (await this.deployment())?.status?.readyReplicas === replicas)
  }

  async close(): Promise<void> {
    rmSync(this.#workspace, { recursive: true, force: true })
    await this.namespace[Symbol.asyncDispose]()
  }

  #written(change: Change): string {
    const file = join(this.#workspace, `${(this.#releases += 1)}-app.yaml`)
    writeFileSync(
      file,
      this.#manifests(change)
        .map((object) => stringify(object))
        .join('---\n'),
    )
    return file
  }

  #manifests({
    greeting = 'hello',
    env = {},
    replicas = 2,
    extra = false,
    selector,
    servicePort = 80,
    account,
    job,
  }: Change): readonly object[] {
    const namespace = this.namespace.name
    const workload = webDeployment({ namespace, image: 'registry.example:5000/acme/web', replicas, env }) as Deployment
    const [container] = workload.spec?.template.spec?.containers ?? []
    const labels = { ...workload.spec?.template.metadata?.labels, ...selector }
    return [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web' } },
      ...(account === undefined ? [] : [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account } }]),
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'web' }, rules: [] },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { GREETING: greeting } },
      {
        ...workload,
        metadata: { name: 'web' },
        spec: {
          ...workload.spec,
          selector: { matchLabels: selector ?? workload.spec?.selector.matchLabels },
          template: {
            metadata: { labels },
            spec: {
              ...workload.spec?.template.spec,
              serviceAccountName: account ?? 'web',
              containers: [{ ...container, envFrom: [{ configMapRef: { name: 'settings' } }] }],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web' },
        spec: { selector: { app: 'web' }, ports: [{ port: servicePort, targetPort: 8080 }] },
      },
      webGateway(namespace, this.namespace.cluster.gateway.className, this.namespace.cluster.gateway.port),
      webRoute(namespace, `${namespace}.test`),
      ...(job === undefined ? [] : [migrationJob('registry.example:5000/acme/web:latest', job)]),
      ...(extra ? [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' }, data: { a: '1' } }] : []),
    ]
  }

  async #create(object: KubeObject, manager: string): Promise<void> {
    const { client } = this.namespace.cluster
    await client.create(collectionPath(object, this.namespace.name), object, { signal: this.signal, query: { fieldManager: manager } })
  }

  async #eventually(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error('it did not come to that within 60 s')
      await delay(100)
    }
  }
}
