import { KitError, urgent } from '@deploy-kit/core'
import { isDeepStrictEqual } from 'node:util'
import type { Percent } from '@deploy-kit/rollout'
import { kinds, pathOf } from '../../api/index.ts'
import { suffixed } from '../../objects/names.ts'
import type { Ingress } from '../../objects/models.ts'
import { canaryHeadersOf } from '../header-options.ts'
import type { Router, RouterContext, RouterModule } from '../router.ts'
import { escaped } from '../weights/pointer.ts'
import { foundRoute } from '../weights/find-shared.ts'
import { canaryAnnotations, canaryIngress } from './canary-ingress.ts'
import { ingressesIn, isCanary, mainIngresses, refuseOtherCanaries } from './find.ts'
import type { NginxOptions } from './options.ts'

const conflictsAllowed = 5

/** Weights of ingress-nginx: a second Ingress beside the main one, which is not touched. */
const nginxRouter = (main: string, options: NginxOptions, context: RouterContext): Router => {
  const { client, namespace, services } = context
  const { 'annotation-prefix': prefix, header, cookie } = options
  const name = suffixed(main, '-canary')
  const path = pathOf(kinds.ingress, namespace, name)
  const weightKey = `${prefix}/canary-weight`
  const annotations = canaryAnnotations(options)

  const read = (signal: AbortSignal): Promise<Ingress | undefined> => client.get<Ingress>(path, { signal })
  const weightOf = (ingress: Ingress | undefined): Percent => {
    const { [weightKey]: weight = '0', [`${prefix}/canary-weight-total`]: total = '100' } = ingress?.metadata?.annotations ?? {}
    return ingress !== undefined && isCanary(prefix, ingress) ? Math.round((100 * Number(weight)) / Number(total)) : 0
  }
  const weighing = (percent: Percent) => [
    { op: 'test', path: `/metadata/annotations/${escaped(`${prefix}/canary`)}`, value: 'true' },
    { op: 'add', path: `/metadata/annotations/${escaped(`${prefix}/canary-weight-total`)}`, value: '100' },
    { op: 'add', path: `/metadata/annotations/${escaped(weightKey)}`, value: String(percent) },
  ]

  return {
    name: 'nginx',
    canaryHeaders: canaryHeadersOf({ header, cookie: cookie && { ...cookie, value: 'always' } }),
    weight: async (signal) => weightOf(await read(signal)),
    attach: async (signal) => {
      const [all, existing] = await Promise.all([ingressesIn(context, signal), read(signal)])
      const ingress = all.find(({ metadata }) => metadata?.name === main)
      if (ingress === undefined) throw new KitError('route-missing', `There is no Ingress ${main} in ${namespace}.`)
      const wanted = canaryIngress(ingress, name, services, annotations)
      if (wanted.spec?.rules?.length === 0)
        throw new KitError('route-missing', `No path of the Ingress ${main} leads to the Service ${services.stable}.`)
      refuseOtherCanaries(all, wanted, prefix)
      if (existing === undefined) await client.create<Ingress>(pathOf(kinds.ingress, namespace), wanted, { signal })
      else if (weightOf(existing) === 0 && !isDeepStrictEqual(existing.spec, wanted.spec))
        await client.replace<Ingress>(path, { ...existing, spec: wanted.spec ?? {} }, { signal })
    },
    setWeight: async (percent, expected, signal) => {
      if (percent === 0) {
        // Whoever has removed the Ingress has sent everything to stable.
        await client.patch(path, weighing(0), { type: 'json-patch', signal, policy: urgent }).catch(unlessMissing)
        return
      }
      for (let attempt = 1; ; attempt += 1) {
        const now = await read(signal)
        const found = weightOf(now)
        if (expected !== undefined && found !== expected && found !== percent)
          throw new KitError(
            'foreign-writer',
            `The Ingress ${name} gives the canary ${found} %; deploy-kit had set ${expected} %. It was left as it is.`,
          )
        const written = now?.metadata?.annotations?.[weightKey] ?? '0'
        if (written === String(percent)) return
        const unchanged = { op: 'test', path: `/metadata/annotations/${escaped(weightKey)}`, value: written }
        try {
          await client.patch(path, [unchanged, ...weighing(percent)], { type: 'json-patch', signal })
          return
        } catch (error) {
          // The test of the patch failed: somebody has set another weight since it was read.
          if (!(error instanceof KitError) || error.code !== 'cluster-refused' || attempt === conflictsAllowed) throw error
        }
      }
    },
    detach: (signal) => client.remove(path, { signal }),
  }
}

const unlessMissing = (error: unknown): undefined => {
  if (error instanceof KitError && error.code === 'cluster-object-missing') return undefined
  throw error
}

const nginx: Required<RouterModule<NginxOptions>> = {
  find: async (context, signal) => {
    const found = await mainIngresses(context, 'nginx.ingress.kubernetes.io', signal)
    return found.map(({ metadata }) => foundRoute(kinds.ingress, context.namespace, metadata?.name ?? ''))
  },
  open: async (options, context, signal) => {
    context.log.warning(
      'ingress-nginx was retired in March 2026 and gets no more security fixes. Plan to move to the Gateway API (docs/kubernetes/routers/nginx.md).',
    )
    if (options.ingress !== undefined) return nginxRouter(options.ingress, options, context)
    const found = (await mainIngresses(context, options['annotation-prefix'], signal)).map(({ metadata }) => metadata?.name ?? '')
    const [only] = found
    if (only !== undefined && found.length === 1) return nginxRouter(only, options, context)
    const names = found.join(', ') || 'none'
    throw new KitError(
      'route-missing',
      `One Ingress of ingress-nginx must send traffic to the Service ${context.services.stable}; found: ${names}.`,
      {
        remedy: 'Name it: `router: { nginx: { ingress: shop } }`.',
      },
    )
  },
}

export const { open, find } = nginx
