import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { LoggedEvent } from '@deploy-kit/rollout'
import { stringify } from 'yaml'
import { startTraffic, type Traffic } from '../../../packages/cli/src/rehearse/traffic.ts'
import { startStep, type Step, type StepEnd } from '../../../packages/cli/src/runner/step.ts'
import { checkContract } from './contract.ts'
import { seed } from './seed.ts'
import type { Stage } from './stage.ts'
import { origin, versionNames, type VersionName } from './versions.ts'

export type ActionInputs = Readonly<Record<string, string>>

/** The run that a step belongs to; by default one of its own. */
export interface InRun {
  readonly run?: string
  readonly attempt?: number
  readonly env?: Readonly<Record<string, string>>
}

/** What serves now, with names in place of digests. */
export interface ShopState {
  readonly stable: string | null
  readonly canary: string | null
  readonly weight: number
  readonly lease: string
}

/** Releases in moments: an app whose steps are judged in tenths of a second. */
const fast: ActionInputs = {
  steps: '50, 100',
  'bake-min': '200ms',
  'bake-max': '400ms',
  poll: '100ms',
  watch: '0s',
  'on-insufficient': 'promote-if-within-tolerance',
}

/** An app in an environment of its own at the edge, and the actions that a repository runs on it. */
export class Shop {
  readonly environment = `e2e-${randomBytes(4).toString('hex')}`
  readonly workspace: string
  readonly #stage: Stage
  readonly #traffic: Traffic[] = []
  readonly #steps: Step[] = []
  #runs = 0
  /** Where the steps reach the admin API; another address than the edge's own when a proxy stands in between. */
  admin: string

  constructor(stage: Stage) {
    this.#stage = stage
    this.admin = stage.edge.admin
    this.workspace = mkdtempSync(join(stage.directory, 'workspace-'))
  }

  /** Writes deploy-kit.yml with these settings of the environment. */
  configured(settings: Readonly<Record<string, unknown>>): this {
    const environment = { platform: { local: { admin: this.admin } }, ...settings }
    return this.has('deploy-kit.yml', stringify({ app: 'shop', environments: { [this.environment]: environment } }))
  }

  /** Puts a file into the checkout. */
  has(file: string, text: string): this {
    writeFileSync(join(this.workspace, file), text)
    return this
  }

  /** A version serves everybody, to begin a story with. */
  async serving(version: VersionName): Promise<this> {
    const image = await this.#stage.layout(version)
    await seed({ admin: this.#stage.edge.admin, environment: this.environment, image, digest: await this.digest(version), version })
    return this
  }

  /** Starts an action on this app. */
  starts(action: string, inputs: ActionInputs, { run, attempt = 1, env = {} }: InRun = {}): Step {
    this.#runs += 1
    const step = startStep({
      dist: this.#stage.dist,
      action,
      workspace: this.workspace,
      temporary: this.temporary(run ?? this.lastRun),
      ...origin,
      runId: run ?? this.lastRun,
      attempt,
      env: { ...origin.env, ...env },
      inputs,
    })
    this.#steps.push(step)
    return step
  }

  /** Runs an action to its end, and checks what holds for every step. */
  async runs(action: string, inputs: ActionInputs, inRun: InRun = {}): Promise<StepEnd> {
    const end = await this.starts(action, inputs, inRun).ended
    checkContract(this.temporary(inRun.run ?? this.lastRun), end.log)
    return end
  }

  get lastRun(): string {
    return `${this.environment}-${this.#runs}`
  }

  /** RUNNER_TEMP of a run. */
  temporary(run: string): string {
    return join(this.#stage.directory, 'runs', run)
  }

  /** Starts the release of a version. */
  async startsRelease(version: VersionName, inputs: ActionInputs = {}, inRun: InRun = {}): Promise<Step> {
    return this.starts('deploy-canary', await this.releaseInputs(version, inputs), inRun)
  }

  async releases(version: VersionName, inputs: ActionInputs = {}, inRun: InRun = {}): Promise<StepEnd> {
    return this.runs('deploy-canary', await this.releaseInputs(version, inputs), inRun)
  }

  async releaseInputs(version: VersionName, inputs: ActionInputs = {}): Promise<ActionInputs> {
    return { ...this.where, image: await this.#stage.layout(version), version, ...fast, ...inputs }
  }

  /** auto-rollback, in one of its modes. */
  rollsBack(mode: 'list' | 'plan' | 'execute' | 'reconcile', inputs: ActionInputs = {}, inRun: InRun = {}): Promise<StepEnd> {
    return this.runs('auto-rollback', { ...this.where, mode, ...inputs }, inRun)
  }

  /** Runs a command of the command line on this app, such as `approve 1`. */
  async tells(...argv: readonly string[]): Promise<string> {
    const place = Object.entries(this.where).flatMap(([name, value]) => [`--${name}`, value])
    const { stdout } = await promisify(execFile)(process.execPath, [join(this.#stage.dist, 'cli', 'index.js'), ...argv, ...place], {
      cwd: this.workspace,
    })
    return stdout
  }

  /** The inputs that say which target is meant. */
  get where(): ActionInputs {
    const place = { environment: this.environment, edge: this.admin }
    return existsSync(join(this.workspace, 'deploy-kit.yml')) ? place : { ...place, app: 'shop', platform: 'local' }
  }

  digest(version: VersionName): Promise<string> {
    return this.#stage.digest(version)
  }

  async state(): Promise<ShopState> {
    const view = await this.#get<View>('')
    const holder = (await this.#lease())?.holder
    return {
      stable: await this.#named(view?.stable),
      canary: await this.#named(view?.canary),
      weight: view?.weight ?? 0,
      lease: holder === undefined ? 'free' : `held by ${holder.id}#${holder.attempt}`,
    }
  }

  /** What the lease says that its holder is doing; undefined when it is free. */
  async doing(): Promise<string | undefined> {
    return (await this.#lease())?.intent.doing
  }

  /** Writes a lease in the name of another run. */
  async leaseTakenBy(run: string): Promise<void> {
    const path = `${this.#stage.edge.admin}/v1/apps/${this.#name}/documents/lease`
    const found = await fetch(path)
    const { value } = (await found.json()) as { value: LeaseView }
    const stolen = { ...value, holder: { id: run, attempt: 1 }, acquiredAt: Date.now() }
    const headers = { 'if-match': found.headers.get('etag') ?? '', 'content-type': 'application/json' }
    const { status } = await fetch(path, { method: 'PUT', headers, body: JSON.stringify(stolen) })
    if (status !== 200) return this.leaseTakenBy(run)
  }

  /** Resolves as soon as the state has these values. @throws Error after 20 s, with the log of the step that should get it there */
  async reaches(wanted: Partial<ShopState>, step?: Step): Promise<void> {
    await until(
      async () => {
        const state = await this.state()
        return Object.entries(wanted).every(([key, value]) => state[key as keyof ShopState] === value)
      },
      async () => `${JSON.stringify(wanted)}; it is ${JSON.stringify(await this.state())}\n${step?.log() ?? ''}`,
    )
  }

  /** Resolves as soon as the holder of the lease does this; with `judged`, when a look of the judge is stored as well. */
  async reachesPhase(doing: RegExp, step: Step, { judged = false } = {}): Promise<void> {
    await until(
      async () => {
        const lease = await this.#lease()
        return doing.test(lease?.intent.doing ?? '') && (!judged || lease?.state.judge !== null)
      },
      async () => `${String(doing)}; the lease says ${await this.doing()}\n${step.log()}`,
    )
  }

  /** Sends requests until the story ends. Those to `/` meet the fault of v3. */
  async underTraffic(perSecond: number, path = '/'): Promise<Traffic> {
    const traffic = startTraffic(`${await this.url()}${path}`, perSecond)
    this.#traffic.push(traffic)
    return traffic
  }

  async url(): Promise<string> {
    return (await this.#get<View>(''))?.url ?? ''
  }

  /** The events of a run, from its events.jsonl. */
  events(run: string): readonly LoggedEvent[] {
    const file = join(this.temporary(run), 'deploy-kit', `shop-${this.environment}.events.jsonl`)
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as LoggedEvent)
  }

  /** Ends what the story has left running, also when it failed in the middle. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.#steps) step.kill('SIGKILL')
    await Promise.allSettled(this.#steps.map((step) => step.ended))
    await Promise.all(this.#traffic.map((traffic) => traffic.stop()))
  }

  get #name(): string {
    return `shop.${this.environment}`
  }

  async #lease(): Promise<LeaseView | undefined> {
    return (await this.#get<{ readonly value: LeaseView }>('/documents/lease'))?.value
  }

  async #get<T>(path: string): Promise<T | undefined> {
    const answer = await fetch(`${this.#stage.edge.admin}/v1/apps/${this.#name}${path}`)
    return answer.status === 404 ? undefined : ((await answer.json()) as T)
  }

  async #named(revision: View['stable']): Promise<string | null> {
    if (revision === undefined) return null
    const digests = await Promise.all(versionNames.map((version) => this.digest(version)))
    return versionNames[digests.indexOf(revision.release.digest)] ?? revision.release.digest
  }
}

interface View {
  readonly url?: string
  readonly weight: number
  readonly stable?: { readonly release: { readonly digest: string } }
  readonly canary?: { readonly release: { readonly digest: string } }
}

interface LeaseView {
  readonly holder: { readonly id: string; readonly attempt: number }
  readonly intent: { readonly doing: string }
  readonly state: { readonly judge: unknown }
}

const patienceMs = 20_000

export const until = async (holds: () => Promise<boolean>, wanted: () => Promise<string>): Promise<void> => {
  const deadline = Date.now() + patienceMs
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited for ${await wanted()}`)
    await delay(25)
  }
}
