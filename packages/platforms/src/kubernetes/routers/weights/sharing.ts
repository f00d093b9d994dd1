import type { KubeObject } from '../../api/index.ts'

/** Where a share of the traffic goes. */
export interface Destination {
  readonly weight?: number | undefined
}

/** Destinations that share the traffic of a rule. */
export interface SharedList<D extends Destination> {
  /** Where it stands in the object (RFC 6901). */
  readonly at: string
  readonly destinations: readonly D[]
  /** Whether the list serves requests with a header of the canary's alone, and is no share of anything. */
  readonly byHeader?: boolean
}

/**
 * How a kind of object shares traffic: lists of destinations with whole weights, each a share of its list's sum. All routers whose
 * objects do are this one idea; they differ in where the lists stand and how a destination is written.
 */
export interface Sharing<T extends KubeObject, D extends Destination> {
  lists(object: T, sides: Sides): readonly SharedList<D>[]
  /** The object with other destinations in one of its lists. */
  withList(object: T, at: string, destinations: readonly D[]): T
  /** The Service that a destination leads to, in its shortest form; undefined for what is no share, such as a mirror. */
  serviceOf(destination: D, object: T): string | undefined
  /** The destination, leading to another Service. */
  towards(destination: D, service: string): D
  /** What a weight that is absent counts as. */
  absentIn(list: readonly D[]): number
  readonly largest: number
  /** JSON patch that writes a list, and is refused when other destinations stand there by now. */
  patchOf(object: T, list: SharedList<D>, changed: readonly D[]): readonly PatchOperation[]
  readonly keepsake?: Keepsake<T>
  /** Requests with any of some headers, to the canary whatever its weight; undefined where the kind cannot. */
  readonly byHeader?: { with(object: T, headers: readonly Header[], sides: Sides): T; without(object: T, sides: Sides): T }
}

/** How the whole object is kept, where lists with their weights are not all of it. */
export interface Keepsake<T> {
  attached(before: T, after: T): T
  detached(object: T): T
}

/** Names of the two Services. */
export interface Sides {
  readonly stable: string
  readonly canary: string
}

/** A header that brings a request to the canary. */
export interface Header {
  readonly name: string
  readonly value: string
  /** Whether the value is a regular expression. */
  readonly isPattern?: boolean
}

/** An operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'test' | 'replace' | 'add' | 'remove'
  readonly path: string
  readonly value?: unknown
}

/** Operations that set the weights of a list, after testing that the destinations are those that were read. `name` points to what tells one from another. */
export const patchWeights = <D extends Destination>(
  { at, destinations }: SharedList<D>,
  changed: readonly D[],
  name: string,
  nameOf: (destination: D) => string,
): readonly PatchOperation[] =>
  destinations.flatMap((before, index): readonly PatchOperation[] => {
    const { weight } = changed[index] ?? before
    const named = { op: 'test', path: `${at}/${index}/${name}`, value: nameOf(before) } as const
    return weight === undefined ? [named] : [named, { op: 'add', path: `${at}/${index}/weight`, value: weight }]
  })
