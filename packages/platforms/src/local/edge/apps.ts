import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { exposition } from './metrics/exposition.ts'
import { Place } from './place.ts'
import { Front } from './proxy/front.ts'
import type { EdgeSettings } from './settings.ts'
import { readApps } from './state/app-file.ts'
import type { Workshop } from './versions.ts'

/** Names of apps are names of files as well. */
const appName = /^[a-z0-9][a-z0-9._-]{0,99}$/

/** The apps of an edge. The first one is reached at the edge's own port, each further one at a port of its own. */
export class Apps {
  readonly settings: EdgeSettings
  readonly #workshop: Workshop
  readonly #directory: string
  readonly #places = new Map<string, Place>()
  readonly #front: Front
  readonly #startedAt: number
  #first: Place | undefined
  #port = 0

  private constructor(workshop: Workshop, directory: string) {
    this.settings = workshop.settings
    this.#workshop = workshop
    this.#directory = directory
    this.#startedAt = workshop.settings.clock.now()
    this.#front = new Front((pinned) => this.#first?.app.route(pinned))
  }

  static async open(workshop: Workshop, firstApp: string | undefined): Promise<Apps> {
    const directory = join(workshop.settings.stateDir, 'apps')
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const apps = new Apps(workshop, directory)
    for (const stored of await readApps(directory)) apps.#places.set(stored.app, new Place(workshop, directory, stored.app, stored))
    apps.#first = firstApp === undefined ? undefined : apps.#places.get(firstApp)
    return apps
  }

  get places(): readonly Place[] {
    return [...this.#places.values()]
  }

  get firstApp(): string | undefined {
    return this.#first?.app.name
  }

  find(name: string): Place | undefined {
    return this.#places.get(name)
  }

  /** The app, which is made when there is none of that name. @throws KitError `input-invalid` for a name that cannot be one */
  findOrMake(name: string): Place {
    const found = this.#places.get(name)
    if (found !== undefined) return found
    if (!appName.test(name))
      throw new KitError('input-invalid', `\`${name}\` is no name of an app: small letters, digits, \`.\`, \`_\` and \`-\`, at most 100.`)
    const place = new Place(this.#workshop, this.#directory, name)
    this.#places.set(name, place)
    return place
  }

  /** Listens for an app that is about to have a version. */
  async listenFor(place: Place): Promise<void> {
    this.#first ??= place
    if (this.#first === place) place.reachedAt(this.#front, this.#port)
    else await place.listen()
  }

  async restore(): Promise<void> {
    await Promise.all(this.places.map((place) => place.restore()))
  }

  /** Opens the doors. @throws KitError `port-taken` */
  async listen(port: number): Promise<number> {
    this.#port = await this.#front.listen(port)
    for (const place of this.places) if (place.hasVersions) await this.listenFor(place)
    return this.#port
  }

  /** Digests of all images that are in use. */
  digests(): Set<string> {
    return new Set(this.places.flatMap(({ app }) => app.versions.map((version) => version.release.digest)))
  }

  metrics(): string {
    return exposition(
      this.places.map(({ app }) => app.measured()),
      this.#startedAt,
    )
  }

  /** Lets requests under way end, then ends the processes. What is stored stays. */
  async close(): Promise<void> {
    for (const { app } of this.places) app.deadMan.disarm()
    await this.#front.close(this.settings.drainMs, this.settings.clock)
    await Promise.all(this.places.map((place) => place.close()))
  }
}
