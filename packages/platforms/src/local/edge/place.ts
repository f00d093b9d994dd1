import { App } from './app.ts'
import { DocumentShelf } from './document-shelf.ts'
import type { EdgeSettings } from './settings.ts'
import { Front } from './proxy/front.ts'
import { AppFile, type StoredApp } from './state/app-file.ts'
import type { Version } from './version.ts'
import { makeVersion, type Workshop } from './versions.ts'

/** An app with its file and, unless it is the first one of the edge, a port of its own. */
export class Place {
  readonly app: App
  readonly #file: AppFile
  readonly #settings: EdgeSettings
  readonly #stored: StoredApp | undefined
  #front: Front | undefined
  #port: number

  constructor(workshop: Workshop, directory: string, name: string, before?: StoredApp) {
    this.#settings = workshop.settings
    this.#stored = before
    this.#port = before?.port ?? 0
    this.#file = new AppFile(directory, name, () => this.#snapshot())
    const { clock, random, log, drainMs, graceMs } = workshop.settings
    this.app = new App({
      name,
      documents: new DocumentShelf(clock, before?.documents, before?.writes),
      makeVersion: (body, metrics) => makeVersion(workshop, name, body, metrics),
      save: () => this.#file.save(),
      drainMs,
      graceMs,
      clock,
      random,
      log,
    })
  }

  get url(): string | undefined {
    return this.#front === undefined ? undefined : `http://127.0.0.1:${this.#port}`
  }

  /** Whether it has been released to, or is about to be. */
  get hasVersions(): boolean {
    return this.app.versions.length > 0
  }

  /** Resolves when what is now is on the disk. */
  save(): Promise<void> {
    return this.#file.save()
  }

  /** Brings back what was stored, with the traffic on the safe side if the holder of the lease has gone meanwhile. */
  async restore(): Promise<void> {
    const { stable, canary, weight = 0 } = this.#stored ?? {}
    await this.app.restore(stable, canary, weight)
    await this.app.deadMan.fire()
    this.app.deadMan.arm()
  }

  /** Is reached where somebody listens already. */
  reachedAt(front: Front, port: number): void {
    this.#front = front
    this.#port = port
  }

  /** Listens on a port of its own, which is the same after a restart. @throws KitError `port-taken` */
  async listen(): Promise<void> {
    if (this.#front !== undefined) return
    const front = new Front((pinned) => this.app.route(pinned))
    this.reachedAt(front, await front.listen(this.#port))
    await this.#file.save()
  }

  async close(): Promise<void> {
    this.app.deadMan.disarm()
    await this.#front?.close(this.#settings.drainMs, this.#settings.clock)
    await this.app.close()
  }

  #snapshot(): StoredApp {
    const { app } = this
    return {
      app: app.name,
      port: this.#port,
      weight: app.weight,
      stable: stored(app.stable),
      canary: stored(app.canary),
      ...app.documents.snapshot(),
    }
  }
}

const stored = (version: Version | undefined): StoredApp['stable'] =>
  version && { release: version.release, settings: version.settings, attempt: version.attempt }
