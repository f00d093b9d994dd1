import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { silentLogger, type Logger } from '@deploy-kit/core'
import { build, planBuild, type BuiltImage, type EngineRequest } from '@deploy-kit/image'
import type { ImageConfiguration, ImageManifest } from '@deploy-kit/image/layout'
import { readTar, type TarEntry } from './read-tar.ts'

/** A file of a context: its text, or more about it. */
export type FileSpec = string | { readonly text?: string; readonly mode?: number; readonly link?: string; readonly directory?: true }

/** A build and what came out of it, read without the code under test. */
export interface Made extends BuiltImage {
  readonly manifest: ImageManifest
  readonly configuration: ImageConfiguration
  /** The entries of each layer that is no compressed one. */
  readonly tars: readonly (readonly TarEntry[])[]
  /** Names of all files, links and directories of all layers, with the text of files. */
  readonly files: Readonly<Record<string, string>>
}

const rooms: string[] = []

/** Removes whatever was built. */
export const cleanUp = async (): Promise<void> => {
  for (const room of rooms.splice(0)) await rm(room, { recursive: true, force: true })
}

export const room = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'image-test-'))
  rooms.push(directory)
  return directory
}

/** A directory with these files, and a builder for it. */
export const context = async (files: Readonly<Record<string, FileSpec>>) => {
  const directory = await room()
  const output = join(await room(), 'image')
  await writeFiles(directory, files)
  const request = (more: Partial<EngineRequest>): EngineRequest => ({
    context: directory,
    tags: [],
    sourceDateEpoch: 1_700_000_000,
    engine: 'oci',
    destination: { kind: 'layout', directory: output },
    ...more,
  })
  const ports = { log: silentLogger, signal: new AbortController().signal }
  return {
    directory,
    output,
    builds: async (more: Partial<EngineRequest> = {}, log: Logger = silentLogger): Promise<Made> =>
      inspect(await build(request(more), { ...ports, log })),
    buildsWith: (more: Partial<EngineRequest>, signal: AbortSignal): Promise<BuiltImage> => build(request(more), { ...ports, signal }),
    plans: (more: Partial<EngineRequest> = {}) => planBuild(request(more), ports),
  }
}

export const writeFiles = async (directory: string, files: Readonly<Record<string, FileSpec>>): Promise<void> => {
  for (const [name, spec] of Object.entries(files)) {
    const path = join(directory, name)
    await mkdir(dirname(path), { recursive: true })
    const { text = '', mode, link, directory: isDirectory } = typeof spec === 'string' ? { text: spec } : spec
    if (link !== undefined) await symlink(link, path)
    else if (isDirectory === true) await mkdir(path, { recursive: true })
    else await writeFile(path, text)
    if (mode !== undefined) await chmod(path, mode)
  }
}

const blob = (layout: string, digest: string): Promise<Buffer> => readFile(join(layout, 'blobs', ...digest.split(':')))

const json = async <T>(layout: string, digest: string): Promise<T> => JSON.parse((await blob(layout, digest)).toString()) as T

const inspect = async (built: BuiltImage): Promise<Made> => {
  const manifest = await json<ImageManifest>(built.image, built.digest)
  const configuration = await json<ImageConfiguration>(built.image, manifest.config.digest)
  const plain = manifest.layers.filter(({ mediaType }) => mediaType.endsWith('.tar'))
  const tars = await Promise.all(plain.map(async ({ digest }) => readTar(await blob(built.image, digest))))
  const files = Object.fromEntries(tars.flat().map(({ name, content }) => [name, content.toString()]))
  return { ...built, manifest, configuration, tars, files }
}
