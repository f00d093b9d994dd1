import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWriteStream } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { silentLogger, systemClock, type Logger } from '@deploy-kit/core'
import { build } from '@deploy-kit/image'
import { listLayout, readLayout } from '@deploy-kit/image/layout'
import { createRegistry, pushLayout } from '@deploy-kit/image/registry'
import { databases, scan, type DatabaseKind, type ScanRequest } from '@deploy-kit/scan'
import { pack } from 'tar-stream'
import { mains } from '../../actions/mains.ts'
import { FakeHost } from '../fakes/action-host.ts'
import { digestOf, fakeRegistry } from '../fakes/registry.ts'
import { imageContext, type ImageContent } from './fixtures.ts'
import { makeDatabase, trivy } from './tools.ts'

const { signal } = new AbortController()

/** How Aqua names what it publishes (pkg/db and pkg/javadb of Trivy). */
const artifacts = {
  vulnerability: { media: 'db', title: 'db.tar.gz', tag: '2' },
  java: { media: 'javadb', title: 'javadb.tar.gz', tag: '1' },
} as const satisfies Readonly<Record<DatabaseKind, object>>

/** A job on a machine with the real Trivy, a registry, and a vulnerability database of its own. */
export const setStage = async () => {
  const room = await mkdtemp(join(tmpdir(), 'trivy stage '))
  const [cache, temporary, workspace] = ['cache', 'runner-temp', 'check out'].map((name) => join(room, name)) as [string, string, string]
  for (const directory of [cache, temporary, workspace]) await mkdir(directory)
  makeDatabase(cache)
  const registry = await fakeRegistry()
  let count = 0
  const warnings: string[] = []
  return {
    room,
    cache,
    temporary,
    workspace,
    registry,
    warnings,
    fresh: (name: string): string => join(room, `${name}-${(count += 1)}`),

    /** Builds an image; the same content gives the same digest. */
    builds: async (content: ImageContent = {}): Promise<{ readonly image: string; readonly digest: string; readonly context: string }> => {
      const context = join(room, `context-${(count += 1)}`)
      const image = join(room, `image-${count}`)
      await imageContext(context, content)
      const { digest } = await build(
        { context, tags: ['shop:v1'], sourceDateEpoch: 0, engine: 'oci', destination: { kind: 'layout', directory: image } },
        { log: silentLogger, signal },
      )
      return { image, digest, context }
    },

    /** Pushes an image into the registry, and says how it is called there. */
    pushes: async ({ image }: { readonly image: string }): Promise<string> => {
      const [root] = await listLayout(image)
      if (root === undefined) throw new Error('nothing was built')
      const name = `${registry.host}/acme/shop`
      await pushLayout(createRegistry({ signal }), image, root, [name])
      return `${name}@${root.digest}`
    },

    /** An image as `docker save` writes it. */
    saves: async ({ image, digest }: { readonly image: string; readonly digest: string }): Promise<string> => {
      const layout = await readLayout(image, { digest })
      const blob = (name: string): Promise<Buffer> => readFile(join(image, 'blobs', ...name.split(':')))
      const layers = layout.manifest.layers.map((layer) => layer.digest)
      const tar = pack()
      const file = join(room, `saved-${(count += 1)}.tar`)
      const written = pipeline(tar, createWriteStream(file))
      tar.entry(
        { name: 'manifest.json' },
        JSON.stringify([{ Config: 'config.json', RepoTags: ['acme/shop:v1'], Layers: layers.map((_, index) => `${index}.tar.gz`) }]),
      )
      tar.entry({ name: 'config.json' }, await blob(layout.manifest.config.digest))
      for (const [index, layer] of layers.entries()) tar.entry({ name: `${index}.tar.gz` }, await blob(layer))
      tar.finalize()
      await written
      return file
    },

    /** Publishes the database in a cache directory as Aqua does, and says where. */
    publishes: async (directory: string, kind: DatabaseKind = 'vulnerability'): Promise<string> => {
      const { media, title, tag } = artifacts[kind]
      const home = join(directory, databases[kind].directory)
      const tar = pack()
      for (const name of await readdir(home)) tar.entry({ name }, await readFile(join(home, name)))
      tar.finalize()
      const chunks: Buffer[] = []
      for await (const chunk of tar) chunks.push(chunk as Buffer)
      const layer = gzipSync(Buffer.concat(chunks))
      const config = Buffer.from('{}')
      const repository = `trivy-db-${(count += 1)}`
      const blobs = new Map([layer, config].map((content) => [digestOf(content), content]))
      registry.blobs.set(repository, blobs)
      const content = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          config: { mediaType: 'application/vnd.aquasec.trivy.config.v1+json', digest: digestOf(config), size: config.length },
          layers: [
            {
              mediaType: `application/vnd.aquasec.trivy.${media}.layer.v1.tar+gzip`,
              digest: digestOf(layer),
              size: layer.length,
              annotations: { 'org.opencontainers.image.title': title },
            },
          ],
        }),
      )
      registry.manifests.set(repository, new Map([[tag, { type: 'application/vnd.oci.image.manifest.v1+json', content }]]))
      return `${registry.host}/${repository}:${tag}`
    },

    /** Scans with the package; offline, with the database of the stage, unless the request says otherwise. */
    scans: (request: Pick<ScanRequest, 'subject'> & Partial<ScanRequest>, environment: NodeJS.ProcessEnv = {}) =>
      scan(
        {
          failOn: ['high', 'critical'],
          ignoreUnfixed: false,
          cacheDirectory: cache,
          timeoutMs: 60_000,
          offline: true,
          ...(request.install === undefined && { trivy }),
          ...request,
        },
        {
          clock: systemClock,
          signal,
          environment: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
          temporaryDirectory: temporary,
          warn: (message) => void warnings.push(message),
        },
      ),

    /** Runs the action scan-trivy with inputs as a workflow writes them. */
    runs: async (inputs: Readonly<Record<string, string>>) => {
      const said: string[] = []
      const say = (message: string): void => void said.push(message)
      const log: Logger = { ...silentLogger, info: say, notice: say, warning: say, error: say }
      class Runner extends FakeHost {
        override readonly temporaryDirectory = temporary
        override readonly workspace = workspace
      }
      const host = new Runner({ trivy, 'cache-directory': cache, offline: 'true', ...inputs }, log)
      const { main } = (await mains['scan-trivy']?.main()) ?? {}
      const exitCode = await main?.(host)
      return { exitCode, outputs: host.outputs, summary: host.markdown, failures: host.failures, said }
    },

    writes: (name: string, content: string): Promise<void> => writeFile(join(workspace, name), content),
    reads: (name: string): Promise<string> => readFile(join(workspace, name), 'utf8'),

    strike: async (): Promise<void> => {
      await registry.close()
      await rm(room, { recursive: true, force: true })
    },
  }
}

/** A server that takes every connection and never says a word. */
export const silentServer = async (): Promise<{ readonly host: string; readonly close: () => Promise<void> }> => {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => void sockets.add(socket))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
