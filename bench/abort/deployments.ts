import { app, environment, type Stage } from '../../packages/cli/src/rehearse/stage.ts'
import type { Step } from '../../packages/cli/src/runner/step.ts'
import type { Image } from '../kit/stage.ts'
import type { CountedAdmin, Exchange } from './counted-admin.ts'

/** A deploying process whose canary has its weight. */
export interface Running {
  readonly step: Step
  readonly run: string
}

/** One way home. Milliseconds from the signal. */
export interface Return {
  /** Until the edge had answered that the weight is 0. */
  readonly homeMs: number
  /** Requests to the edge that were begun from the signal until then, the last included. */
  readonly requests: number
  readonly firstRequestMs: number
  /** Until the process that brought the traffic home had ended. */
  readonly endMs: number
}

const patienceMs = 20_000

/** Releases the sample shop with the bundle's own action, and ends it in the middle. */
export class Deployments {
  readonly pollMs = 500
  readonly #stage: Stage
  readonly #admin: CountedAdmin
  #runs = 0

  constructor(stage: Stage, admin: CountedAdmin) {
    this.#stage = stage
    this.#admin = admin
  }

  /** Something has to serve. @throws Error with the log of the step */
  async first(image: Image): Promise<void> {
    const { exitCode, log } = await this.#deploy(image, 100).step.ended
    if (exitCode !== 0) throw new Error(log)
  }

  /** A release that stays at this weight until it is ended. @throws Error with the log of the step when it does not get there */
  async begin(image: Image, weight: number): Promise<Running> {
    const since = performance.now()
    const running = this.#deploy(image, weight)
    await this.#admin.find(since, isWeight(weight), this.#whileRuns(running.step)).catch(() => {
      running.step.kill('SIGKILL')
      throw new Error(`${weight} % was not reached:\n${running.step.log()}`)
    })
    return running
  }

  /** SIGINT, as the runner sends it. */
  async interrupted({ step }: Running): Promise<Return> {
    const at = performance.now()
    step.kill('SIGINT')
    const home = this.#home(at, step)
    await step.ended
    const endMs = performance.now() - at
    return { ...(await home), endMs }
  }

  /** SIGKILL, and as soon as the process is gone the rollback job of the same run. */
  async killed({ step, run }: Running): Promise<Return> {
    const at = performance.now()
    step.kill('SIGKILL')
    await step.ended
    const reconcile = this.#stage.start('auto-rollback', run, { mode: 'reconcile', edge: this.#admin.url })
    const home = this.#home(at, reconcile)
    const { exitCode, log } = await reconcile.ended
    const endMs = performance.now() - at
    if (exitCode !== 0) throw new Error(log)
    return { ...(await home), endMs }
  }

  #deploy(image: Image, weight: number): Running {
    this.#runs += 1
    const run = `bench-${this.#runs}`
    const step = this.#stage.start('deploy-canary', run, {
      edge: this.#admin.url,
      image: image.directory,
      version: image.version,
      steps: String(weight),
      'bake-min': '60s',
      'bake-max': '60s',
      poll: `${this.pollMs}ms`,
      watch: '0s',
      'lease-ttl': '30s',
    })
    return { step, run }
  }

  async #home(at: number, step: Step): Promise<Omit<Return, 'endMs'>> {
    const home = await this.#admin.find(at, isWeight(0), this.#whileRuns(step)).catch(() => {
      throw new Error(`the traffic did not come home:\n${step.log()}`)
    })
    const begun = this.#admin.exchanges.filter((exchange) => exchange.at >= at && exchange.at <= home.at)
    return { homeMs: home.answeredAt - at, requests: begun.length, firstRequestMs: Math.min(...begun.map((each) => each.at)) - at }
  }

  /** Aborted some time after the process has ended: by then every request that it made is known. */
  #whileRuns(step: Step): AbortSignal {
    const over = new AbortController()
    const timer = setTimeout(() => over.abort(), patienceMs)
    const give = (): void => {
      clearTimeout(timer)
      setTimeout(() => over.abort(), 100).unref()
    }
    step.ended.then(give, give)
    return over.signal
  }
}

const isWeight =
  (weight: number) =>
  ({ what, body, status }: Exchange): boolean =>
    what === `PUT /v1/apps/${app}.${environment}/weight` && status === 200 && (JSON.parse(body) as { weight: number }).weight === weight
