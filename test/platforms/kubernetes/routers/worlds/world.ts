import { KitError, silentLogger, type Clock, type Logger } from '@deploy-kit/core'
import type { KubeClient, KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import { registry, type RouterName } from '../../../../../packages/platforms/src/kubernetes/routers/index.ts'
import type { Router, RouterContext, RouterModule } from '../../../../../packages/platforms/src/kubernetes/routers/router.ts'
import type { RouterUnderTest } from '../../../../contracts/traffic-router.ts'
import { collectionPath } from '../../../../kubernetes/stage/paths.ts'
import type { FakeKubeApi } from '../../../../fakes/kube-api/index.ts'

/** A namespace of a cluster, real or not. */
export interface Place {
  readonly client: KubeClient
  readonly namespace: string
  readonly clock: Clock
}

/** A router's surroundings, as people set them up who had never heard of deploy-kit. */
export interface World {
  readonly router: RouterName
  readonly options: object
  /** Everything that must be there, in order. */
  readonly objects: readonly KubeObject[]
  /** What of it the router may change, and what it may make, by kind and name. */
  readonly touched: readonly (readonly [kind: Pick<KubeObject, 'apiVersion' | 'kind'>, name: string])[]
  interfere(place: Place, percent: number): Promise<void>
  readonly rearrange?: (place: Place) => Promise<void>
  readonly ready?: (place: Place, router: Router, percent: number) => Promise<void>
  /** Writes the status of the router's object, in a real cluster where nobody plays its controller. */
  readonly plays?: (place: Place) => Promise<void>
  /** What the controllers of the cluster do, for a server that has none. */
  readonly controllers?: (api: FakeKubeApi) => void
}

export const signal = new AbortController().signal

export const contextIn = ({ client, namespace, clock }: Place, log: Logger = silentLogger): RouterContext => ({
  client,
  namespace,
  services: { stable: 'shop', canary: 'shop-canary' },
  workloads: { stable: 'shop', canary: 'shop-canary' },
  clock,
  log,
  withinMs: 30_000,
})

/** Opens a router with options as they are written in deploy-kit.yml. */
export const openIn = (router: RouterName, options: object, context: RouterContext): Promise<Router> => {
  const { load, options: schema } = registry[router]
  return load().then((module) => (module as RouterModule<unknown>).open(schema.parse(options), context, signal))
}

export const pathIn = (place: Place, kind: Pick<KubeObject, 'apiVersion' | 'kind'>, name: string): string =>
  `${collectionPath(kind, place.namespace)}/${name}`

/** A client after whose changes the controller of the world has its say. */
const answered = (client: KubeClient, say: () => Promise<void>): KubeClient => {
  const then =
    <A extends readonly unknown[], R>(work: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const result = await work(...given)
      await say()
      return result
    }
  return { ...client, replace: then(client.replace.bind(client)), patch: then(client.patch.bind(client)) } as KubeClient
}

/** Sets the world up in a place. */
export const worldIn = async (world: World, place: Place, close: () => Promise<void>, isReal = false): Promise<RouterUnderTest> => {
  for (const object of world.objects) {
    const given = { ...object, metadata: { ...object.metadata, namespace: place.namespace } }
    await place.client.create(collectionPath(given, place.namespace), given, { signal }).catch((error: unknown) => {
      if (!(error instanceof KitError) || error.code !== 'cluster-object-missing') throw error
      throw new Error(`The cluster does not know ${given.kind} of ${given.apiVersion}: test/kubernetes/README.md says what it must.`, {
        cause: error,
      })
    })
  }
  const [first] = world.touched
  if (first === undefined) throw new Error('a world needs something that its router touches')
  const speaking = (client: KubeClient): KubeClient =>
    world.plays === undefined ? client : answered(client, () => world.plays?.(place) ?? Promise.resolve())
  return {
    client: place.client,
    open: (client) => openIn(world.router, world.options, contextIn({ ...place, client: isReal ? speaking(client) : client })),
    objects: () =>
      Promise.all(world.touched.map(async ([kind, name]) => plain(await place.client.get(pathIn(place, kind, name), { signal })))),
    interfere: (percent) => world.interfere(place, percent),
    touch: async (text) => {
      const metadata = { annotations: { 'example.com/note': text } }
      await place.client.patch(pathIn(place, ...first), { metadata }, { type: 'merge-patch', signal })
    },
    ...(world.rearrange !== undefined && { rearrange: () => world.rearrange?.(place) ?? Promise.resolve() }),
    ...(world.ready !== undefined && { ready: (router, percent) => world.ready?.(place, router, percent) ?? Promise.resolve() }),
    close,
  }
}

/** An object as people write it. */
const plain = (object: KubeObject | undefined): object | undefined => {
  if (object === undefined) return undefined
  const { metadata, status: _noted, ...rest } = object as KubeObject & { readonly status?: unknown }
  const { name, labels, annotations } = metadata ?? {}
  return { ...rest, metadata: { name, labels, annotations } }
}

/** Reads an object, changes it, and writes it, as somebody with an editor. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever edits knows the kind, as with the client
export const edited = async <T extends KubeObject>(
  place: Place,
  kind: Pick<KubeObject, 'apiVersion' | 'kind'>,
  name: string,
  change: (object: T) => void,
): Promise<void> => {
  const path = pathIn(place, kind, name)
  const object = structuredClone(await place.client.get<T>(path, { signal }))
  if (object === undefined) throw new Error(`there is no ${name}`)
  change(object)
  await place.client.replace(path, object, { signal })
}

/** Gives the canary a percentage of what the two sides have together. */
export const reweighed = <D extends object>(list: readonly D[], nameOf: (destination: D) => string | undefined, percent: number): void => {
  const weighed = list as readonly (D & { weight?: number })[]
  const stable = weighed.find((each) => nameOf(each) === 'shop')
  const canary = weighed.find((each) => nameOf(each) === 'shop-canary')
  if (stable === undefined || canary === undefined) return
  const both = (stable.weight ?? 0) + (canary.weight ?? 0)
  canary.weight = Math.round((both * percent) / 100)
  stable.weight = both - canary.weight
}

export const service = (name: string, selector: Readonly<Record<string, string>> = { app: name }): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }] },
  }) as KubeObject

/** Writes the status of an object as its controller does. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
export const writeStatus = async <T extends KubeObject>(
  place: Place,
  kind: Pick<KubeObject, 'apiVersion' | 'kind'>,
  name: string,
  statusOf: (object: T) => object,
): Promise<void> => {
  const path = pathIn(place, kind, name)
  const object = await place.client.get<T>(path, { signal })
  if (object !== undefined) await place.client.patch(`${path}/status`, { status: statusOf(object) }, { type: 'merge-patch', signal })
}
