import { setTimeout as delay } from 'node:timers/promises'
import type { Step, StepEnd } from '../../../packages/cli/src/runner/step.ts'
import type { ApiProxy, Fault as Answered, Passed } from '../stage/api-proxy.ts'
import type { Inputs, Shop } from '../stage/shop.ts'

/** A release that is at its moment, and what a fault may do to it. */
export interface Scene {
  readonly shop: Shop
  readonly step: Step
  readonly run: string
  readonly proxy: ApiProxy
  /** The time to home is counted from here. */
  readonly begins: () => void
}

/** Something that goes wrong, and who comes to tidy up. When `strikes` resolves, all must be well. */
export interface Fault {
  readonly name: string
  readonly inputs?: Inputs
  /** Moments at which it is tried; all of them when absent. */
  readonly at?: readonly string[]
  strikes(scene: Scene): Promise<void>
}

/** Whoever tidies up must say that it went well. */
const green = ({ exitCode, log }: StepEnd): void => {
  if (exitCode !== 0) throw new Error(`the way home ended with status ${exitCode}: ${log}`)
}

const cancelled = async ({ step, begins, proxy }: Scene): Promise<void> => {
  begins()
  void delay(300).then(() => proxy.letGo())
  await step.cancel()
  await step.post()
}

const outage =
  (answer: (request: Passed) => Answered, forMs: number) =>
  async (scene: Scene): Promise<void> => {
    const { proxy } = scene
    proxy.fault = answer
    const healed = delay(forMs).then(() => (proxy.fault = () => 'none'))
    await cancelled(scene)
    await healed
  }

const writesToTheRoute = ({ method, path }: Passed): boolean => method !== 'GET' && path.includes('/httproutes/')
const traffic = ['10 %', '50 %', '100 %']

export const faults: readonly Fault[] = [
  { name: 'SIGINT, SIGTERM, post', strikes: cancelled },
  {
    name: 'SIGKILL, then reconcile',
    strikes: async ({ step, begins, shop, proxy, run }) => {
      step.kill('SIGKILL')
      await step.ended
      proxy.letGo()
      begins()
      green(await shop.reconciles(run))
    },
  },
  {
    name: 'SIGKILL, then post',
    at: ['50 %', 'promoted'],
    strikes: async ({ step, begins }) => {
      step.kill('SIGKILL')
      await step.ended
      begins()
      green(await step.post())
    },
  },
  { name: 'SIGINT, API says 500 for 1.5 s', at: traffic, strikes: outage(() => ({ answers: 500 }), 1_500) },
  {
    name: 'SIGINT, API says 429 for 1.5 s',
    at: ['50 %'],
    strikes: outage(() => ({ answers: 429, headers: { 'retry-after': '1' } }), 1_500),
  },
  {
    name: 'SIGINT, route says 409 for 1.5 s',
    at: ['50 %'],
    strikes: outage((request) => (writesToTheRoute(request) ? { answers: 409 } : 'none'), 1_500),
  },
  { name: 'SIGINT, API silent for 2 s', at: ['50 %', '100 %'], strikes: outage(() => 'is-silent', 2_000) },
  {
    name: 'API down, later reconcile',
    at: ['50 %'],
    strikes: async (scene) => {
      const { proxy, step, shop, run } = scene
      proxy.fault = () => ({ answers: 503 })
      step.kill('SIGINT')
      await step.ended
      await step.post()
      proxy.fault = () => 'none'
      scene.begins()
      green(await shop.reconciles(run))
    },
  },
]
