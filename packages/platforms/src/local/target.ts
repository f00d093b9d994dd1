import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { KitError, patient, reasonCodes, urgent, type Clock, type ReasonCode } from '@deploy-kit/core'
import { sameRelease, type Percent, type Release, type Revision, type Target, type TargetState } from '@deploy-kit/rollout'
import type { AdminCall, AdminClient } from './admin-client.ts'
import {
  sideHeader,
  type AppView,
  type PrepareBody,
  type PromoteBody,
  type RunSettings,
  type VersionView,
  type WeightBody,
} from './protocol.ts'

export interface LocalTargetRequest {
  readonly admin: AdminClient
  /** Path of the app in the admin API. */
  readonly path: string
  readonly settings: RunSettings
  readonly clock: Clock
}

const pollMs = 50

/** The target of the local platform: every change is one request to the edge, which does it and shows it. */
export const localTarget = ({ admin, path, settings, clock }: LocalTargetRequest): Target => {
  /** What was seen last, so that a change by somebody else in between is noticed. */
  let lastWeight: Percent | undefined
  let lastCanary: Release | undefined

  const look = async (signal: AbortSignal): Promise<AppView | undefined> => {
    const answer = await admin.call(path, signal, { accept: [404] })
    // An app that nobody has released to has neither versions nor traffic.
    return answer.status === 404 ? undefined : seen(JSON.parse(answer.body) as AppView)
  }
  const seen = (view: AppView): AppView => {
    lastWeight = view.weight
    lastCanary = view.canary?.release ?? lastCanary
    return view
  }
  /** An abort ends the waiting for an answer to a question, never a change that is under way. */
  const change = async (to: string, call: AdminCall, signal: AbortSignal): Promise<AppView> => {
    signal.throwIfAborted()
    const { body } = await admin.call(`${path}/${to}`, new AbortController().signal, call)
    return seen(JSON.parse(body) as AppView)
  }

  return {
    describe: async (signal) => stateOf(await look(signal)),

    prepare: async (release, signal) => {
      const body: PrepareBody = { release: { ...release, image: resolve(release.image) }, settings, attempt: randomUUID() }
      let view: AppView | undefined = await change('prepare', { method: 'POST', body }, signal)
      let deadline: number | undefined
      for (;;) {
        const canary = view?.canary
        if (!sameRelease(canary?.release, release))
          throw new KitError('canary-not-ready', 'The canary was replaced by another one while it was being prepared.')
        if (canary?.failure !== undefined) throw failureOf(canary.failure)
        if (canary?.phase === 'ready') {
          if (canary.ready === canary.replicas) return
          deadline ??= clock.now() + settings.readyWithinMs
          if (clock.now() > deadline)
            throw new KitError('canary-not-ready', `Only ${canary.ready} of ${canary.replicas} replicas stay ready.`)
        }
        await clock.sleep(pollMs, signal)
        view = await look(signal)
      }
    },

    shift: async (weight, signal) => {
      const isHome = weight === 0
      const body: WeightBody = { weight, ...(!isHome && lastWeight !== undefined && { expected: lastWeight }) }
      await change('weight', { method: 'PUT', body, policy: isHome ? urgent : patient }, signal)
    },

    promote: async (signal) => {
      const body: PromoteBody =
        lastCanary === undefined ? {} : { expected: { digest: lastCanary.digest, configuration: lastCanary.configuration } }
      await change('promote', { method: 'POST', body }, signal)
    },

    discard: async (signal) => {
      const view = await look(signal)
      if (view !== undefined) await change('discard', { method: 'POST' }, signal)
      lastCanary = undefined
    },

    endpoint: async (side, signal) => {
      const view = await look(signal)
      if (view?.[side] === undefined || view.url === undefined) return undefined
      return { url: view.url, headers: { [sideHeader]: side } }
    },
  }
}

const stateOf = (view: AppView | undefined): TargetState => ({
  stable: revisionOf(view?.stable),
  canary: revisionOf(view?.canary),
  weight: view?.weight ?? 0,
})

const revisionOf = (version: VersionView | undefined): Revision | undefined =>
  version && { release: version.release, replicas: version.replicas, ready: version.ready, runningDigest: version.runningDigest }

const failureOf = ({ code, message, remedy }: { readonly code: string; readonly message: string; readonly remedy: string }): KitError =>
  new KitError(Object.hasOwn(reasonCodes, code) ? (code as ReasonCode) : 'canary-not-ready', message, { remedy })
