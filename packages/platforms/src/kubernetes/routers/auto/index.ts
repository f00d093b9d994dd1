import { KitError } from '@deploy-kit/core'
import type { KubeClient, KubeObject } from '../../api/index.ts'
import { withoutRouter } from '../none/index.ts'
import { registry, type RouterName } from '../registry.ts'
import type { FoundRoute, Router, RouterContext, RouterModule } from '../router.ts'

/** Objects of one router that send traffic to stable's Service. */
export interface InUse {
  readonly name: RouterName
  readonly routes: readonly FoundRoute[]
}

/**
 * Opens the one router that sends traffic to the Service, and says why; none when nothing does.
 * @throws KitError `router-unclear` when several do
 */
export const openFound = async (context: RouterContext, signal: AbortSignal): Promise<Router> => {
  const { inUse, hidden } = await survey(context, signal)
  const service = context.services.stable
  const unseen = hidden.length === 0 ? '' : `; nobody here may list ${hidden.join(', ')}, so that was not looked at`
  const [only, ...others] = inUse
  if (only === undefined) {
    const why = `nothing was found that shares the traffic of the Service ${service}${unseen}`
    context.log.info(`Router none: ${why}.`)
    return withoutRouter(why)
  }
  if (others.length > 0) {
    const all = inUse.map(({ name, routes }) => `${called(routes)} (${name})`).join('; ')
    throw new KitError('router-unclear', `Several routers send traffic to the Service ${service}: ${all}.`)
  }
  context.log.info(`Router ${only.name}: ${called(only.routes)} sends traffic to the Service ${service}${unseen}.`)
  const { load, options } = registry[only.name]
  return ((await load()) as RouterModule<unknown>).open(options.parse({}), context, signal)
}

/** Looks for what sends traffic to stable's Service, among the kinds that the cluster knows; `hidden` are groups that this user may not list. */
export const survey = async (
  context: RouterContext,
  signal: AbortSignal,
): Promise<{ readonly inUse: readonly InUse[]; readonly hidden: readonly string[] }> => {
  const groups = await groupsOf(context.client, signal)
  const hidden: string[] = []
  const looked = Object.entries(registry).map(async ([name, { load, group }]): Promise<InUse> => {
    const using = (routes: readonly FoundRoute[]): InUse => ({ name: name as RouterName, routes })
    if (group === undefined || !groups.has(group)) return using([])
    try {
      return using((await (await load()).find?.(context, signal)) ?? [])
    } catch (error) {
      if (!(error instanceof KitError) || error.code !== 'cluster-forbidden') throw error
      hidden.push(group)
      return using([])
    }
  })
  return { inUse: (await Promise.all(looked)).filter(({ routes }) => routes.length > 0), hidden }
}

const called = (routes: readonly FoundRoute[]): string => routes.map((route) => route.called).join(', ')

interface GroupList extends KubeObject {
  readonly groups?: readonly { readonly name: string }[]
}

/** API groups of the cluster, which everybody may ask for (the role system:discovery). */
const groupsOf = async (client: KubeClient, signal: AbortSignal): Promise<ReadonlySet<string>> =>
  new Set(((await client.get<GroupList>('/apis', { signal }))?.groups ?? []).map(({ name }) => name))
