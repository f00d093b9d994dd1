import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parseAllDocuments, stringify } from 'yaml'
import { runStep, type StepEnd } from '../../../packages/cli/src/runner/step.ts'
import type { KubeObject } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import type { Deployment, Pod } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import type { Place } from '../../platforms/kubernetes/routers/worlds/world.ts'
import { systemClock, urgent } from '@deploy-kit/core'
import { auditLogNow, requestsOf, type Audited } from './audit-log.ts'
import type { TestCluster, VersionName } from './cluster.ts'
import { limitedUser } from './least-privilege.ts'
import { TestNamespace } from './namespace.ts'
import { isWhole, type WorkloadKind } from './objects.ts'

/** What a shop is made of, and how it is configured. */
export interface Setting {
  readonly kind: WorkloadKind
  /** Everything that is there before the first release, the workload `shop` among it where there is one. */
  readonly objects: (namespace: string) => readonly KubeObject[]
  /** What people did to get there, beside creating the objects. */
  readonly installs?: (namespace: TestNamespace) => Promise<unknown>
  /** What comes once the workload is whole. */
  readonly afterwards?: readonly KubeObject[]
  /** Options of the platform beside namespace and workload. */
  readonly platform: object
  /** Settings of the environment beside the platform. */
  readonly environment?: object
  /** Files beside deploy-kit.yml, by name. */
  readonly files?: (namespace: string) => Readonly<Record<string, string>>
  /** Does what the controller of a router does, where nobody plays it; is called again and again. */
  readonly plays?: ((place: Place) => Promise<void>) | undefined
}

/** A rule of the printed role, with the title of the section that it stands in. */
export interface PrintedRule {
  readonly title: string
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
}

const signal = new AbortController().signal

const quick = {
  strategy: 'blue-green',
  'bake-min': '500ms',
  'bake-max': '1s',
  'on-insufficient': 'promote-if-within-tolerance',
  poll: '250ms',
  watch: '0s',
}

/** A shop whose releases are made by a user with the role that `deploy-kit role` prints, and nothing else. */
export class ConfinedShop implements AsyncDisposable {
  readonly namespace: TestNamespace
  readonly rules: readonly PrintedRule[]
  readonly #workspace: string
  readonly #user: { readonly kubeconfig: string; readonly username: string }
  readonly #since: number
  readonly #over = new AbortController()
  readonly #others: Promise<unknown>
  #runs = 0

  private constructor(
    namespace: TestNamespace,
    workspace: string,
    setting: Setting,
    role: string,
    user: { readonly kubeconfig: string; readonly username: string },
    since: number,
  ) {
    this.namespace = namespace
    this.rules = rulesIn(role)
    this.#workspace = workspace
    this.#user = user
    this.#since = since
    this.#others = Promise.all([this.#play(setting.plays), this.#visit()])
  }

  static async of(cluster: TestCluster, setting: Setting): Promise<ConfinedShop> {
    const since = auditLogNow()
    const namespace = await TestNamespace.make(cluster)
    const workspace = mkdtempSync(join(tmpdir(), 'dk-confined-'))
    await namespace.has(...setting.objects(namespace.name))
    await setting.installs?.(namespace)
    const kubernetes = {
      namespace: namespace.name,
      workload: `${setting.kind.toLowerCase()}/shop`,
      metrics: {},
      drain: '0s',
      'ready-within': '60s',
      ...setting.platform,
    }
    const config = { app: 'web', environments: { production: { platform: { kubernetes }, ...setting.environment } } }
    for (const [name, text] of Object.entries({ ...setting.files?.(namespace.name), 'deploy-kit.yml': stringify(config) }))
      writeFileSync(join(workspace, name), text)
    await whole(namespace, setting.kind)
    await namespace.has(...(setting.afterwards ?? []))
    const role = await printedRole(cluster, workspace)
    const objects = parseAllDocuments(role).map((document) => document.toJS() as KubeObject)
    const user = await limitedUser(namespace, workspace, objects)
    return new ConfinedShop(namespace, workspace, setting, role, user, since)
  }

  releases(version: VersionName, inputs: Readonly<Record<string, string>> = {}): Promise<StepEnd> {
    this.#runs += 1
    return runStep({
      dist: resolve('dist'),
      action: 'deploy-canary',
      workspace: this.#workspace,
      temporary: join(this.#workspace, 'runner', String(this.#runs)),
      repository: 'acme/web',
      runId: `run-${this.#runs}`,
      attempt: 1,
      env: { KUBECONFIG: this.#user.kubeconfig },
      inputs: { environment: 'production', image: this.namespace.cluster.image(version), version, ...quick, ...inputs },
    })
  }

  /** Writes a file of the repository. */
  writes(name: string, text: string): void {
    writeFileSync(join(this.#workspace, name), text)
  }

  /** Everything that the user has sent. */
  requests(): Promise<readonly Audited[]> {
    return requestsOf(this.#user.username, this.#since)
  }

  /** People who use both sides, through the API server: no route here has to lead anywhere. */
  async #visit(): Promise<void> {
    const { client } = this.namespace.cluster
    const path = `/api/v1/namespaces/${this.namespace.name}/pods`
    while (!this.#over.signal.aborted) {
      const { items } = await client.list<Pod>(path, { signal })
      const ready = items.filter(({ metadata, status }) => metadata?.deletionTimestamp === undefined && status?.phase === 'Running')
      // Whoever is on the way out, or not there yet, does not answer.
      await Promise.all(ready.map(({ metadata }) => this.#asks(`${path}/${metadata?.name ?? ''}:8080/proxy/`)))
      await delay(250)
    }
  }

  async #asks(path: string): Promise<void> {
    const { client } = this.namespace.cluster
    for (let requests = 0; requests < 4; requests += 1) await client.text(path, { signal, policy: urgent }).catch(() => undefined)
  }

  async #play(plays: Setting['plays']): Promise<void> {
    if (plays === undefined) return
    const place = { client: this.namespace.cluster.client, namespace: this.namespace.name, clock: systemClock }
    while (!this.#over.signal.aborted) {
      await plays(place)
      await delay(200)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort()
    await this.#others
    await this.namespace[Symbol.asyncDispose]()
    rmSync(this.#workspace, { recursive: true, force: true })
  }
}

/** What an administrator gets from `deploy-kit role` in the repository of the shop. */
const printedRole = async (cluster: TestCluster, workspace: string): Promise<string> => {
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [resolve('dist/cli/index.js'), 'role', '--environment', 'production'], {
    cwd: workspace,
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  })
  return stdout
}

const rulesIn = (role: string): readonly PrintedRule[] =>
  role.split(/^(?= {2}## )/m).flatMap((section) => {
    const [title = '', ...lines] = section.split('\n')
    if (!title.startsWith('  ## ')) return []
    const [rules] = parseAllDocuments(lines.join('\n').split(/^---$/m)[0] ?? '')
    const read = (rules?.toJS() ?? []) as readonly Omit<PrintedRule, 'title'>[]
    return read.map((rule) => Object.assign({}, rule, { title: title.slice(5) }))
  })

const whole = async (namespace: TestNamespace, kind: WorkloadKind): Promise<void> => {
  const deadline = Date.now() + 60_000
  for (;;) {
    const workload = await namespace.get<Deployment>('apps/v1', `${kind.toLowerCase()}s`, 'shop')
    if (workload === undefined || isWhole(workload)) return
    if (Date.now() > deadline) throw new Error(`the ${kind} shop does not become ready: ${JSON.stringify(workload.status)}`)
    await delay(100)
  }
}
