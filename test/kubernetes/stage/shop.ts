import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { startStep, type Step, type StepEnd } from '../../../packages/cli/src/runner/step.ts'
import { startTraffic, type Answer, type Traffic } from '../../../packages/cli/src/rehearse/traffic.ts'
import type { Deployment, Pod } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { versions, type TestCluster, type VersionName } from './cluster.ts'
import { TestNamespace } from './namespace.ts'
import { isWhole, webAs, webGateway, webRoute, webService, type WorkloadKind } from './objects.ts'

/** What a test may know of a shop: who serves, by names, weight and whether anything was left behind. */
export interface ShopState {
  readonly stable: string | null
  readonly canary: string | null
  readonly weight: number
  readonly lease: 'free' | 'held'
}

export type Inputs = Readonly<Record<string, string>>

interface Route {
  readonly spec: { readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly weight?: number }[] }[] }
}

/** Defaults of the tests: steps are short, and nobody is waited for. */
const quick: Inputs = { steps: '10, 50, 100', 'bake-min': '1s', 'bake-max': '60s', poll: '500ms', watch: '0s', environment: 'production' }

/** A shop in a namespace of its own, behind a gateway, and the steps that a repository runs on it. */
export class Shop implements AsyncDisposable {
  readonly namespace: TestNamespace
  readonly kind: WorkloadKind
  readonly workspace = mkdtempSync(join(tmpdir(), 'dk-kubernetes-'))
  readonly answers: Answer[] = []
  /** Moments of the story, in milliseconds since the epoch. */
  readonly marks = new Map<string, number>()
  /** Kubeconfig of the steps; another one where a proxy or a role stands in between. */
  kubeconfig: string
  readonly #traffic: Traffic[] = []
  readonly #steps: Step[] = []
  #runs = 0

  private constructor(namespace: TestNamespace, kind: WorkloadKind) {
    this.namespace = namespace
    this.kind = kind
    this.kubeconfig = namespace.cluster.kubeconfig
  }

  /** A shop whose version serves everybody, made with kubectl alone. */
  static async serving(
    cluster: TestCluster,
    version: VersionName,
    { replicas = 2, kind = 'Deployment' }: { readonly replicas?: number; readonly kind?: WorkloadKind } = {},
  ): Promise<Shop> {
    const shop = new Shop(await TestNamespace.make(cluster), kind)
    const { name } = shop.namespace
    await shop.namespace.has(
      webAs(kind, { namespace: name, image: cluster.image(version), replicas }),
      webService(name),
      webGateway(name, cluster.gateway.className, cluster.gateway.port),
      webRoute(name, shop.host),
    )
    shop.configured()
    await shop.eventually(async () => isWhole(await shop.workload()), 'stable is ready')
    await shop.eventually(async () => (await fetchStatus(cluster.gateway.url, shop.host)) === 200, 'the gateway answers')
    return shop
  }

  get host(): string {
    return `${this.namespace.name}.test`
  }

  /** Writes deploy-kit.yml; settings of the environment and options of the platform over those of every test. */
  configured({ platform = {}, ...settings }: { readonly platform?: object; readonly [setting: string]: unknown } = {}): this {
    const kubernetes = {
      namespace: this.namespace.name,
      workload: `${this.kind.toLowerCase()}/web`,
      ...(this.kind === 'Deployment' && { router: { 'gateway-api': { route: 'web' } } }),
      metrics: {},
      drain: '2s',
      ...platform,
    }
    const text = stringify({ app: 'web', environments: { production: { platform: { kubernetes }, ...settings } } })
    writeFileSync(join(this.workspace, 'deploy-kit.yml'), text)
    return this
  }

  /** Runs the command line of the bundle as a person would. */
  async types(...argv: readonly string[]): Promise<{ readonly exitCode: number; readonly text: string }> {
    const run = promisify(execFile)
    const env = { ...process.env, KUBECONFIG: this.kubeconfig, NO_COLOR: '1', GITHUB_ACTIONS: '' }
    return run(process.execPath, [resolve('dist/cli/index.js'), ...argv], { cwd: this.workspace, env }).then(
      ({ stdout, stderr }) => ({ exitCode: 0, text: stdout + stderr }),
      (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => ({
        exitCode: error.code,
        text: error.stdout + error.stderr,
      }),
    )
  }

  /** Starts an action of the bundle as a runner would. */
  starts(action: string, inputs: Inputs, { run = `run-${(this.#runs += 1)}`, attempt = 1, env = {} } = {}): Step {
    const step = startStep({
      dist: resolve('dist'),
      action,
      workspace: this.workspace,
      temporary: join(this.workspace, 'runner', run),
      repository: 'acme/web',
      runId: run,
      attempt,
      env: { KUBECONFIG: this.kubeconfig, ...env },
      inputs: { environment: 'production', ...inputs },
    })
    this.#steps.push(step)
    return step
  }

  startsRelease(version: VersionName, inputs: Inputs = {}, inRun: Parameters<Shop['starts']>[2] = {}): Step {
    return this.starts('deploy-canary', { ...quick, image: this.namespace.cluster.image(version), version, ...inputs }, inRun)
  }

  releases(version: VersionName, inputs: Inputs = {}, inRun: Parameters<Shop['starts']>[2] = {}): Promise<StepEnd> {
    return this.startsRelease(version, inputs, inRun).ended
  }

  /** What the rollback job does, in the workflow run of the release or in another one. */
  reconciles(run: string): Promise<StepEnd> {
    return this.starts('auto-rollback', { mode: 'reconcile' }, { run }).ended
  }

  /** Sends requests through the gateway until the story ends. */
  underTraffic(perSecond: number): Traffic {
    const traffic = startTraffic(`${this.namespace.cluster.gateway.url}/`, perSecond, {
      headers: { host: this.host },
      versionHeader: 'x-version',
      onAnswer: (answer) => this.answers.push(answer),
    })
    this.#traffic.push(traffic)
    return traffic
  }

  deployment(name = 'web'): Promise<Deployment | undefined> {
    return this.namespace.get<Deployment>('apps/v1', 'deployments', name)
  }

  /** The workload, whatever its kind. */
  workload(): Promise<Deployment | undefined> {
    return this.namespace.get<Deployment>('apps/v1', `${this.kind.toLowerCase()}s`, 'web')
  }

  pods(): Promise<readonly Pod[]> {
    return this.namespace.list<Pod>('v1', 'pods')
  }

  async weight(): Promise<number> {
    const route = (await this.namespace.get('gateway.networking.k8s.io/v1', 'httproutes', 'web')) as Route | undefined
    // A rule for requests with a header, which has the canary alone, is no share of all of them.
    const refs = route?.spec.rules.map(({ backendRefs }) => backendRefs).find((each) => each.some(({ name }) => name === 'web')) ?? []
    const sum = refs.reduce((total, { weight = 1 }) => total + weight, 0)
    return Math.round((100 * (refs.find(({ name }) => name === 'web-canary')?.weight ?? 0)) / (sum === 0 ? 1 : sum))
  }

  async state(): Promise<ShopState> {
    const [stable, canary, weight, leases] = await Promise.all([
      this.workload(),
      this.deployment('web-canary'),
      this.weight(),
      this.namespace.list('coordination.k8s.io/v1', 'leases'),
    ])
    return { stable: this.#versionOf(stable), canary: this.#versionOf(canary), weight, lease: leases.length === 0 ? 'free' : 'held' }
  }

  #versionOf(deployment: Deployment | undefined): string | null {
    if (deployment === undefined) return null
    const image = deployment.spec?.template.spec?.containers[0]?.image ?? ''
    return versions.find((version) => image.endsWith(this.namespace.cluster.digest(version))) ?? image
  }

  /** Resolves as soon as it holds. @throws Error after 60 s, with the log of the step that should get it there */
  async eventually(holds: () => Promise<boolean>, what: string, step?: Step): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await holds().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`waited for: ${what}; it is ${JSON.stringify(await this.state())}\n${step?.log() ?? ''}`)
      await delay(25)
    }
  }

  reachesWeight(weight: number, step: Step): Promise<void> {
    return this.eventually(async () => (await this.weight()) === weight, `a weight of ${weight} %`, step)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.#steps) step.kill('SIGKILL')
    await Promise.allSettled(this.#steps.map((step) => step.ended))
    await Promise.all(this.#traffic.map((traffic) => traffic.stop()))
    await this.namespace[Symbol.asyncDispose]()
    rmSync(this.workspace, { recursive: true, force: true })
  }
}

/** Node's fetch does not let a Host header through. */
const fetchStatus = async (url: string, host: string): Promise<number> => {
  const answers: Answer[] = []
  const probe = startTraffic(`${url}/`, 20, { headers: { host }, onAnswer: (answer) => answers.push(answer) })
  await delay(200)
  await probe.stop()
  return answers.at(-1)?.status ?? 0
}
