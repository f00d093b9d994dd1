import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger, systemClock, type Json, type RunIdentity } from '@deploy-kit/core'
import { platformOptions, platforms } from '@deploy-kit/platforms'
import { serve, type Edge, type ServeOptions } from '@deploy-kit/platforms/local-edge'
import type { Intent, Lease, Platform, Release } from '@deploy-kit/rollout'
import { writeImage } from '../../fixtures/local/oci-image.ts'

export const holder: RunIdentity = { id: 'acme/shop/1', attempt: 1 }
export const signal = new AbortController().signal

const sampleApp = fileURLToPath(new URL('../../fixtures/local/sample-app.mjs', import.meta.url))

/** A directory for one test: the state of its edge and the images that are released to it. */
export class Workplace implements AsyncDisposable {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  static async open(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'edge-')))
  }

  get stateDir(): string {
    return join(this.directory, 'state')
  }

  /** A release of the sample application. The version is a label of the image, so each one has a digest of its own. */
  async release(version: string, environment: Readonly<Record<string, string>> = {}): Promise<Release> {
    const server = await readFile(sampleApp, 'utf8')
    const { image, digest } = await writeImage({
      directory: join(this.directory, 'images', version),
      layers: [[{ name: 'app/server.mjs', content: server }]],
      config: { Entrypoint: ['node'], Cmd: ['server.mjs'], WorkingDir: '/app', Env: [`VERSION=${version}`] },
    })
    return { image, digest, version, environment, configuration: 'c1' }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** An edge in this process, on free ports. */
export const edgeIn = (workplace: Workplace, options: ServeOptions = {}): Promise<Edge> =>
  serve({ stateDir: workplace.stateDir, port: 0, adminPort: 0, drainMs: 2_000, graceMs: 2_000, ...options })

export interface OpenOptions {
  readonly run?: RunIdentity
  readonly options?: Record<string, unknown>
}

/** The local platform as a run opens it. */
export const openPlatform = async (adminUrl: string, { run = holder, options = {} }: OpenOptions = {}): Promise<Platform> => {
  const schema = await platformOptions.local()
  const { open } = await platforms.local()
  return open(schema.parse({ admin: adminUrl, ...options }), {
    app: 'shop',
    environment: 'local',
    holder: run,
    log: silentLogger,
    clock: systemClock,
  })
}

/** Takes the lease, or writes it anew, and returns its version. */
export const takeLease = async (
  platform: Platform,
  { ttlMs = 60_000, run = holder, intent = {} }: { ttlMs?: number; run?: RunIdentity; intent?: Partial<Intent> } = {},
): Promise<string> => {
  const before = await platform.documents.read('lease', signal)
  const lease: Lease = {
    holder: { id: run.id, attempt: run.attempt },
    acquiredAt: 0,
    ttlMs,
    intent: { safe: 'stable', weight: { last: 0, next: 0 }, from: undefined, to: 'sha256:none', doing: 'a test', ...intent },
    state: null,
  }
  return platform.documents.write('lease', JSON.parse(JSON.stringify(lease)) as Json, before?.version, signal)
}

/** The release serves everybody. */
export const serving = async (platform: Platform, release: Release): Promise<void> => {
  await platform.target.prepare(release, signal)
  await platform.target.promote(signal)
}

/** Waits for something that happens by itself; the test's own time limit ends a wait in vain. */
export const eventually = async <T>(look: () => Promise<T | undefined | false>): Promise<T> => {
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    await systemClock.sleep(20)
  }
}
