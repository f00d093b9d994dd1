import { randomUUID } from 'node:crypto'
import { readdir, readFile, realpath, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { readLayout, unpackImage, type RunConfiguration } from '@deploy-kit/image/layout'
import type { Release } from '@deploy-kit/rollout'
import { writeAtomically } from '../state/atomic-file.ts'

/** An image that is unpacked and ready to be started. */
export interface Rootfs {
  readonly directory: string
  readonly run: RunConfiguration
}

/** Images that stay unpacked after their last use, so that a rollback needs nothing but the state directory. */
const kept = 10

/** The images of an edge, one directory per digest. A directory that has its final name is complete and was verified. */
export class RootfsStore {
  readonly #base: string
  readonly #underWay = new Map<string, Promise<Rootfs>>()

  constructor(base: string) {
    this.#base = base
  }

  /** @throws KitError `image-layout-invalid`, `image-not-in-layout` */
  get(release: Release): Promise<Rootfs> {
    const running = this.#underWay.get(release.digest)
    if (running !== undefined) return running
    const unpacking = this.#unpack(release).finally(() => this.#underWay.delete(release.digest))
    this.#underWay.set(release.digest, unpacking)
    return unpacking
  }

  async #unpack({ image, digest }: Release): Promise<Rootfs> {
    const home = join(this.#base, digest.replace(':', '-'))
    const directory = join(home, 'rootfs')
    const isThere = await stat(home).catch(() => undefined)
    if (isThere === undefined) {
      const layout = await readLayout(layoutDirectory(image), { digest })
      const draft = join(this.#base, `draft-${randomUUID()}`)
      try {
        await unpackImage(layout, join(draft, 'rootfs'))
        await writeAtomically(join(draft, 'run.json'), JSON.stringify(layout.configuration.config ?? {}))
        await rename(draft, home)
      } catch (error) {
        await rm(draft, { recursive: true, force: true })
        throw error
      }
    }
    const now = new Date()
    await utimes(home, now, now)
    return { directory: await realpath(directory), run: JSON.parse(await readFile(join(home, 'run.json'), 'utf8')) as RunConfiguration }
  }

  /** Removes what was used longest ago, and drafts that an edge left behind when it was killed. */
  async prune(inUse: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#base).catch((): string[] => [])
    const aged: { path: string; usedAt: number }[] = []
    for (const name of names) {
      const path = join(this.#base, name)
      if (name.startsWith('draft-')) {
        if (this.#underWay.size === 0) await rm(path, { recursive: true, force: true })
      } else if (!inUse.has(name.replace('-', ':'))) aged.push({ path, usedAt: (await stat(path)).mtimeMs })
    }
    for (const { path } of aged.toSorted((a, b) => b.usedAt - a.usedAt).slice(kept)) await rm(path, { recursive: true, force: true })
  }
}

/** The directory of a reference to an OCI layout: `out/image`, `out/image@sha256:…`. */
const layoutDirectory = (reference: string): string => reference.replace(/@sha256:[0-9a-f]{64}$/, '')
