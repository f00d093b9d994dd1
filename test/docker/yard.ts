import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startStep, type EndedStep } from '../fakes/runner/step.ts'
import { Program, toolsPath } from './program.ts'
import { account, RegistryProcess } from './registry-process.ts'

const busybox = '/bin/busybox'

/** What a registry with a guard is shown; one without does not look at it. */
const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`

/** The tags of a repository in the order of the alphabet; undefined when there is no such repository. */
type Tags = readonly string[] | undefined

/**
 * A yard where images are built: a registry and, when asked for, a BuildKit and a Docker, all on this machine and gone afterwards.
 * The actions run from `dist`, as on a runner.
 */
export class Yard implements AsyncDisposable {
  readonly directory: string
  /** Host and port. */
  readonly registry: string
  readonly buildkit: string
  readonly docker: string
  readonly #registry: RegistryProcess
  readonly #programs: Program[] = []

  private constructor(directory: string, registry: RegistryProcess) {
    this.directory = directory
    this.#registry = registry
    this.registry = registry.host
    this.buildkit = `unix://${join(directory, 'buildkitd.sock')}`
    this.docker = `unix://${join(directory, 'docker.sock')}`
  }

  static async open(wanted: readonly ('buildkit' | 'docker')[], guard: 'open' | 'basic' | 'token' = 'open'): Promise<Yard> {
    if (!existsSync(busybox))
      throw new Error(`There is no ${busybox} to build images of. Install it (Debian: apt-get install busybox-static) and try again.`)
    const registry = await RegistryProcess.start(guard)
    const yard = new Yard(await mkdtemp(join(tmpdir(), 'deploy-kit-yard-')), registry)
    try {
      await writeFile(
        join(yard.directory, 'storage.conf'),
        `[storage]\ndriver = "vfs"\ngraphroot = "${join(yard.directory, 'containers')}"\nrunroot = "${join(yard.directory, 'containers-run')}"\n`,
      )
      if (wanted.includes('buildkit')) await yard.#startBuildKit()
      if (wanted.includes('docker')) await yard.#startDocker()
      return yard
    } catch (error) {
      await yard[Symbol.asyncDispose]()
      throw error
    }
  }

  /** A directory with these files, and busybox beside them, which is all that a RUN needs. */
  async context(files: Readonly<Record<string, string>>): Promise<string> {
    const directory = await mkdtemp(join(this.directory, 'context-'))
    await copyFile(busybox, join(directory, 'busybox'))
    await chmod(join(directory, 'busybox'), 0o755)
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), text)
    }
    return directory
  }

  /** Runs build-image. Whatever of the engines is not asked for by the inputs is not there. */
  async builds(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Promise<EndedStep> {
    return this.runs('build-image', inputs, env)
  }

  async runs(action: string, inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}): Promise<EndedStep> {
    return startStep(resolve('dist', action, 'index.js'), { inputs, env: { ...this.environment, ...env } }).ended
  }

  /** What every process of a test gets: the tools, and homes of its own for what they remember. */
  get environment(): Readonly<Record<string, string>> {
    return {
      PATH: toolsPath,
      HOME: this.directory,
      DOCKER_HOST: this.docker,
      // Neither root nor the kernel's user namespaces can be taken for granted.
      BUILDAH_ISOLATION: 'chroot',
      CONTAINERS_STORAGE_CONF: join(this.directory, 'storage.conf'),
    }
  }

  async tags(repository: string): Promise<Tags> {
    const answer = await fetch(`http://${this.registry}/v2/${repository}/tags/list`, { headers: { authorization } })
    if (answer.status === 404) return undefined
    const { tags } = (await answer.json()) as { readonly tags: readonly string[] | null }
    return tags?.toSorted() ?? undefined
  }

  /** The manifest that a tag or a digest names, or undefined. */
  async manifest(
    repository: string,
    reference: string,
  ): Promise<{ readonly digest: string; readonly body: Readonly<Record<string, unknown>> } | undefined> {
    const accept = 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json'
    const answer = await fetch(`http://${this.registry}/v2/${repository}/manifests/${reference}`, { headers: { accept, authorization } })
    if (answer.status === 404) return undefined
    return { digest: answer.headers.get('docker-content-digest') ?? '', body: (await answer.json()) as Record<string, unknown> }
  }

  /** The configuration of a single image. */
  async configuration(repository: string, reference: string): Promise<unknown> {
    const config = (await this.manifest(repository, reference))?.body['config'] as { readonly digest: string }
    return (await fetch(`http://${this.registry}/v2/${repository}/blobs/${config.digest}`, { headers: { authorization } })).json()
  }

  /** Empties BuildKit's own cache. */
  async forgets(): Promise<void> {
    await promisify(execFile)('buildctl', ['--addr', this.buildkit, 'prune', '--all'], { env: { PATH: toolsPath } })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.toReversed()) await program.stop()
    await this.#registry.stop()
    await this.#unmount()
    await rm(this.directory, { recursive: true, force: true })
  }

  /** A BuildKit that is stopped in the middle of a RUN leaves its mounts. */
  async #unmount(): Promise<void> {
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
    const own = mounts.filter((path) => path.startsWith(`${this.directory}/`)).toReversed()
    for (const path of own) await promisify(execFile)('umount', ['--lazy', path])
  }

  async #startBuildKit(): Promise<void> {
    const configuration = [
      `root = "${join(this.directory, 'buildkit')}"`,
      '[grpc]',
      `address = ["${this.buildkit}"]`,
      '[worker.oci]',
      'snapshotter = "overlayfs"',
      '[worker.containerd]',
      'enabled = false',
      `[registry."${this.registry}"]`,
      'http = true',
      // What BuildKit takes from Docker Hub by itself, it takes from here, where somebody has put it.
      '[registry."docker.io"]',
      `mirrors = ["${this.registry}"]`,
    ]
    await writeFile(join(this.directory, 'buildkitd.toml'), configuration.join('\n'))
    const isReady = async (): Promise<boolean> => existsSync(this.buildkit.slice('unix://'.length))
    this.#programs.push(
      await Program.start(
        'buildkitd',
        ['--config', join(this.directory, 'buildkitd.toml')],
        this.directory,
        'Put BuildKit and docker-buildx on PATH, or name their directory as TOOLS_CACHE/bin.',
        isReady,
      ),
    )
  }

  /** Without rules of its own for the firewall: those would cut off whatever else routes on this machine. */
  async #startDocker(): Promise<void> {
    const own = (name: string): string => join(this.directory, name)
    const argv = [
      '--iptables=false',
      '--bridge=none',
      '--host',
      this.docker,
      '--data-root',
      own('docker'),
      '--exec-root',
      own('docker-exec'),
      '--pidfile',
      own('docker.pid'),
    ]
    this.#programs.push(
      await Program.start('dockerd', argv, this.directory, 'Install it (Debian: apt-get install docker.io), and run as root.', async () =>
        existsSync(own('docker.sock')),
      ),
    )
  }
}
