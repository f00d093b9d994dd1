import { setTimeout as delay } from 'node:timers/promises'
import type { Step, StepEnd } from '../../packages/cli/src/runner/step.ts'
import type { AdminProxy } from '../e2e/stage/admin-proxy.ts'
import type { Fault as Answered } from '../fakes/fault-proxy.ts'
import type { ActionInputs, InRun, Shop } from '../e2e/stage/shop.ts'
import type { Stage } from '../e2e/stage/stage.ts'
import type { VersionName } from '../e2e/stage/versions.ts'
import type { Moment } from './moments.ts'

/** A release that is at its moment, and what a fault may do to it. */
export interface Scene {
  readonly stage: Stage
  readonly shop: Shop
  readonly step: Step
  /** GITHUB_RUN_ID of the release. */
  readonly run: string
  readonly proxy: AdminProxy
  /** The time to home is counted from here. */
  readonly begins: () => void
}

/** Something that goes wrong, and who comes to tidy up. When `strikes` resolves, all must be well. */
export interface Fault {
  readonly name: string
  readonly inputs?: ActionInputs
  readonly inRun?: InRun
  /** Moments at which it is not tried, and why. */
  readonly skips?: Readonly<Record<string, string>>
  /** The traffic must be home after so many milliseconds. Default: what the runner's ladder leaves, less a reserve. */
  readonly withinMs?: number
  /** What serves in the end, where it is not what the moment says. */
  readonly serves?: VersionName
  /** The edge itself dies, and with it the requests of the time without an edge: they are shown, and those afterwards must not be lost. */
  readonly killsTheEdge?: true
  strikes(scene: Scene, moment: Moment): Promise<void>
}

/** A held request is answered a little after the signal, as a slow edge would. */
const soon = ({ proxy }: Scene): void => void delay(300).then(() => proxy.letGo())

const cancelled = async (scene: Scene): Promise<void> => {
  scene.begins()
  soon(scene)
  await scene.step.cancel()
  await scene.step.post()
}

const killed = async ({ step, begins }: Scene): Promise<void> => {
  begins()
  step.kill('SIGKILL')
  await step.ended
}

/** Whoever tidies up must say that it went well. */
const green = ({ exitCode, log }: StepEnd): void => {
  if (exitCode !== 0) throw new Error(`the way home ended with status ${exitCode}: ${log}`)
}

const outage =
  (fault: Answered, forMs: number) =>
  async (scene: Scene): Promise<void> => {
    const { proxy } = scene
    proxy.fault = () => fault
    const healed = delay(forMs).then(() => (proxy.fault = () => 'none'))
    await cancelled(scene)
    await healed
  }

const shortLease = { 'lease-ttl': '1500ms' }
const others = (...moments: readonly string[]) => Object.fromEntries(moments.map((moment) => [moment, 'as at 25 %']))
const whole = 'the traffic is whole already, and nothing else falls to the edge'

export const faults: readonly Fault[] = [
  { name: 'SIGINT, SIGTERM, post', strikes: cancelled },
  {
    name: 'SIGTERM alone',
    strikes: async (scene) => {
      scene.begins()
      soon(scene)
      scene.step.kill('SIGTERM')
      await scene.step.ended
    },
  },
  {
    name: 'SIGKILL, then post',
    strikes: async (scene) => {
      await killed(scene)
      green(await scene.step.post())
    },
  },
  {
    name: 'SIGKILL, then reconcile',
    strikes: async (scene) => {
      await killed(scene)
      green(await scene.shop.rollsBack('reconcile', {}, { run: scene.run }))
    },
  },
  {
    name: 'SIGKILL, then nothing',
    inputs: shortLease,
    skips: { preparing: whole, promoted: whole, watching: whole },
    strikes: async (scene, moment) => {
      await killed(scene)
      // A promotion that had begun is left with everybody on the new version, which is whole.
      if (moment.isAway) await scene.shop.reaches({ weight: 0 })
      else await delay(2_000)
      green(await scene.shop.rollsBack('reconcile', {}, { run: 'watcher' }))
    },
  },
  {
    name: 'SIGKILL, then a release',
    inputs: shortLease,
    serves: 'v4',
    strikes: async (scene) => {
      await killed(scene)
      await delay(1_600)
      scene.shop.configured({})
      green(await scene.shop.releases('v4', { strategy: 'rolling' }, { run: 'next' }))
    },
  },
  { name: 'SIGINT, API says 500 for 1.5 s', strikes: outage({ answers: 500 }, 1_500) },
  {
    name: 'SIGINT, API down until reconcile',
    skips: { ...others('5 %', '50 %', '100 %'), promoted: 'as while promoting', watching: 'as while promoting' },
    withinMs: Infinity,
    strikes: async (scene) => {
      const { proxy, step, shop, run } = scene
      proxy.fault = () => ({ answers: 500 })
      await cancelled(scene)
      await step.post()
      proxy.fault = () => 'none'
      green(await shop.rollsBack('reconcile', {}, { run }))
    },
  },
  { name: 'SIGINT, API silent for 2 s', strikes: outage('is-silent', 2_000) },
  {
    name: 'lease stolen',
    strikes: async (scene) => {
      const { shop, step, begins, proxy } = scene
      begins()
      await shop.leaseTakenBy('acme/shop/thief')
      proxy.letGo()
      await step.ended
      await step.post()
      green(await shop.rollsBack('reconcile', {}, { run: 'thief' }))
    },
  },
  {
    name: 'edge kill -9, restart, SIGINT',
    killsTheEdge: true,
    strikes: async (scene) => {
      await scene.stage.edge.kill()
      await scene.stage.edge.start()
      await cancelled(scene)
    },
  },
  {
    name: 'SIGSTOP past the lease, SIGCONT',
    inputs: shortLease,
    strikes: async (scene) => {
      const { step, begins, proxy } = scene
      begins()
      step.kill('SIGSTOP')
      await delay(2_000)
      step.kill('SIGCONT')
      proxy.letGo()
      // Where its work was not undone it goes on, until somebody cancels it.
      const ended = await Promise.race([step.ended.then(() => true), delay(1_500, false)])
      if (!ended) await step.cancel()
      await step.post()
    },
  },
  {
    name: 'clock an hour ahead, SIGINT',
    inRun: { env: { NODE_OPTIONS: `--import=${new URL('clock-ahead.mjs', import.meta.url).href}` } },
    strikes: cancelled,
  },
]
