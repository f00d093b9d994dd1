import { KitError, urgent } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../../api/index.ts'
import type { Pod, Service } from '../../objects/models.ts'
import { isReady } from '../../workload/pods.ts'
import { selectorBefore } from '../../objects/service-selector.ts'
import type { Router, RouterContext, RouterModule } from '../router.ts'
import { annotated } from '../weights/originals.ts'
import { escaped } from '../weights/pointer.ts'
import { rewritten } from '../weights/rewritten.ts'
import { podsFor, reachable, refuseUnreachable, shareOf } from './counts.ts'
import { awaitEndpoints } from './endpoints.ts'
import { noteOf, readSituation, weightIn, weightNote, type Situation } from './pods-in-service.ts'

const triesForPods = 5

/**
 * A share of the traffic by counts alone: so many pods of the canary get the labels that the Service selects. All of the traffic is
 * the Service selecting the canary's pods instead of stable's (docs/adr/0010-weights-by-counts.md).
 */
const byReplicas = (context: RouterContext): Router => {
  const { client, namespace, services, workloads, log } = context
  const servicePath = pathOf(kinds.service, namespace, services.stable)
  const canaryPath = pathOf(kinds.deployment, namespace, workloads.canary)
  /** What was last seen, from which the way home is known. */
  let last: Situation | undefined
  const read = async (signal: AbortSignal): Promise<Situation> => {
    last = await readSituation(context, signal)
    return last
  }

  const label = async (pod: Pod, labels: Readonly<Record<string, string | null>>, note: string | null, signal: AbortSignal) =>
    client.patch<Pod>(
      pathOf(kinds.pod, namespace, pod.metadata?.name),
      { metadata: { labels, annotations: { [weightNote]: note } } },
      { type: 'merge-patch', signal },
    )
  /** Exactly these many of the canary's pods in the Service. A pod that ends meanwhile is replaced by another. */
  const fill = async (wanted: number, weight: Percent, signal: AbortSignal): Promise<readonly Pod[]> => {
    for (let attempt = 1; ; attempt += 1) {
      const now = await read(signal)
      const candidates = now.pods.filter(isReady)
      if (candidates.length < wanted)
        throw new KitError(
          'canary-not-ready',
          `${weight} % needs ${wanted} pods of ${workloads.canary} in the Service ${services.stable}; ${candidates.length} are ready.`,
        )
      const chosen = candidates.slice(0, wanted)
      const others = now.inService.filter((pod) => !chosen.includes(pod))
      const note = `${weight}/${wanted}`
      try {
        await Promise.all([
          ...chosen
            .filter((pod) => !now.inService.includes(pod) || pod.metadata?.annotations?.[weightNote] !== note)
            .map((pod) => label(pod, now.selector, note, signal)),
          ...others.map((pod) => label(pod, labelsOutside(now), null, signal)),
        ])
        return chosen
      } catch (error) {
        if (!(error instanceof KitError) || error.code !== 'cluster-object-missing' || attempt === triesForPods) throw error
      }
    }
  }
  const switchTo = async (to: 'canary' | 'stable', signal: AbortSignal): Promise<void> => {
    const get = () => client.get<Service>(servicePath, { signal }).then((service) => service ?? {})
    const selector = (await read(signal)).canary?.spec?.selector.matchLabels
    const change = (service: Service): Service => {
      const before = service.metadata?.annotations?.[selectorBefore]
      if (to === 'canary')
        return before !== undefined || selector === undefined
          ? service
          : withSelector(annotated(service, selectorBefore, JSON.stringify(service.spec?.selector)), selector)
      return before === undefined ? service : withSelector(annotated(service, selectorBefore, undefined), JSON.parse(before) as Selector)
    }
    await rewritten(client, { path: servicePath, read: get, to: change }, signal)
  }

  const home = async (signal: AbortSignal): Promise<void> => {
    const known = last !== undefined && isAway(last) ? last : await read(signal)
    const call = { signal, policy: urgent }
    await Promise.all([
      known.switched &&
        client.patch(
          servicePath,
          [
            { op: 'test', path: `/metadata/annotations/${escaped(selectorBefore)}`, value: JSON.stringify(known.selector) },
            { op: 'replace', path: '/spec/selector', value: known.selector },
            { op: 'remove', path: `/metadata/annotations/${escaped(selectorBefore)}` },
          ],
          { ...call, type: 'json-patch' },
        ),
      // One request for any number of pods: they leave the Service as they are told to end.
      known.inService.length > 0 && client.patch(canaryPath, { spec: { replicas: 0 } }, { ...call, type: 'merge-patch' }),
    ])
    last = undefined
  }

  const unlessForeign = (now: Situation, percent: Percent, expected: Percent | undefined): void => {
    if (expected === undefined) return
    const found = weightIn(now)
    const unknown = now.inService.filter((pod) => noteOf(pod) === undefined)
    if (unknown.length === 0 && (found === expected || found === percent || now.inService.length === 0)) return
    const whose = unknown.length === 0 ? '' : ` Not by deploy-kit: ${unknown.map(({ metadata }) => metadata?.name).join(', ')}.`
    throw new KitError(
      'foreign-writer',
      `The Service ${services.stable} gives the canary ${found} %; deploy-kit had set ${expected} %.${whose} Nothing was touched.`,
    )
  }

  return {
    name: 'replicas',
    sharesService: true,
    reachable,
    replicasFor: podsFor,
    weight: async (signal) => weightIn(await read(signal)),
    attach: async (signal) => {
      await read(signal)
    },
    setWeight: async (percent, expected, signal) => {
      if (percent === 0) return home(signal)
      const now = await read(signal)
      unlessForeign(now, percent, expected)
      if (percent === 100) {
        await switchTo('canary', signal)
        // The Service selects them by other labels now, so that the way home is one request again.
        await Promise.all(now.inService.map((pod) => label(pod, labelsOutside(now), null, signal)))
        await awaitEndpoints(context, (await read(signal)).pods.filter(isReady), signal)
        return
      }
      refuseUnreachable(percent, now.stableReady)
      const wanted = podsFor(percent, now.stableReady)
      const share = shareOf(wanted, now.stableReady)
      log.info(`${percent} %: ${wanted} of ${wanted + now.stableReady} ready pods are the canary's, which is ${share.toFixed(1)} %.`)
      const chosen = await fill(wanted, percent, signal)
      if (now.switched) await switchTo('stable', signal)
      await awaitEndpoints(context, chosen, signal)
      await read(signal)
    },
    detach: async (signal) => {
      const now = await read(signal)
      if (now.switched) await switchTo('stable', signal)
      await Promise.all(now.inService.map((pod) => label(pod, labelsOutside(now), null, signal).catch(unlessGone)))
      last = undefined
    },
  }
}

type Selector = Readonly<Record<string, string>>

const withSelector = (service: Service, selector: Selector): Service => ({ ...service, spec: { ...service.spec, selector } })

const isAway = ({ switched, inService }: Situation): boolean => switched || inService.length > 0

/** The labels that the canary's pods have instead of those that the Service selects. */
const labelsOutside = ({ canary, selector }: Situation): Readonly<Record<string, string | null>> => {
  const labels = canary?.spec?.template.metadata?.labels ?? {}
  return Object.fromEntries(Object.keys(selector).map((key) => [key, labels[key] ?? null]))
}

const unlessGone = (error: unknown): undefined => {
  if (error instanceof KitError && error.code === 'cluster-object-missing') return undefined
  throw error
}

export const open: RouterModule<object>['open'] = (_options, context) => Promise.resolve(byReplicas(context))
