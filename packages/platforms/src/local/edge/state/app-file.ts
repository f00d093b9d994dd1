import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError, type Json } from '@deploy-kit/core'
import { z } from 'zod'
import { releaseSchema, settingsSchema } from '../admin/bodies.ts'
import { writeAtomically } from './atomic-file.ts'

const storedVersion = z.object({ release: releaseSchema, settings: settingsSchema, attempt: z.string() })

const storedApp = z.object({
  app: z.string(),
  port: z.number(),
  weight: z.number(),
  stable: storedVersion.optional(),
  canary: storedVersion.optional(),
  documents: z.record(z.string(), z.object({ value: z.custom<Json>(() => true), version: z.string(), writtenAt: z.number() })),
  writes: z.number(),
})

/** What an app is, enough to start it again as it was. */
export type StoredApp = z.infer<typeof storedApp>

/** The file of one app. Writes that come while one is under way are put together into the next. */
export class AppFile {
  readonly #path: string
  readonly #snapshot: () => StoredApp
  #writing: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(directory: string, app: string, snapshot: () => StoredApp) {
    this.#path = join(directory, `${app}.json`)
    this.#snapshot = snapshot
  }

  /** Resolves when what is now is on the disk. */
  save(): Promise<void> {
    if (this.#writing === undefined) return this.#write()
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#write()
      })
    return this.#next
  }

  #write(): Promise<void> {
    const writing = writeAtomically(this.#path, JSON.stringify(this.#snapshot())).finally(() => {
      if (this.#writing === writing) this.#writing = undefined
    })
    this.#writing = writing
    return writing
  }
}

/** The apps of a state directory. @throws KitError `internal-error` naming a file that is none of ours */
export const readApps = async (directory: string): Promise<StoredApp[]> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'))
  return Promise.all(
    names.toSorted().map(async (name) => {
      const path = join(directory, name)
      try {
        return storedApp.parse(JSON.parse(await readFile(path, 'utf8')))
      } catch (cause) {
        throw new KitError('internal-error', `\`${path}\` is not the state of an app.`, {
          remedy: 'Give the state directory of an edge, or move the file away to begin anew.',
          cause,
        })
      }
    }),
  )
}
