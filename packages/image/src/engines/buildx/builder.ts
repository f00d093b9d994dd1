import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asKitError, KitError } from '@deploy-kit/core'
import type { BuildPorts, BuildRequest, Presence } from '../build-engine.ts'
import { askEngine, runEngine } from '../process/run-engine.ts'
import { readInspect } from './inspect.ts'
import { findBuildx } from './program.ts'

type Argv = readonly [string, ...string[]]

/** The builder that a build goes to. */
export interface Builder {
  /** How buildx is called. */
  readonly program: Argv
  readonly name: string | undefined
  /** Added to the environment: a builder of ours is kept apart from the user's own. */
  readonly environment: NodeJS.ProcessEnv
  /** Ways to make it where it is not there yet, each the commands one after the other; the next one is for when a way fails. */
  readonly ways: readonly (readonly Argv[])[]
}

/** Builders that are made here: their name, and the directory below the temporary one where buildx keeps what it knows of them. */
export const ownBuilder = { name: 'deploy-kit', directory: 'buildx' } as const

/** BuildKit's own image, and Google's mirror of it for when Docker Hub does not answer or has had enough. */
const images = ['moby/buildkit:buildx-stable-1', 'mirror.gcr.io/moby/buildkit:buildx-stable-1']
const answersWithinMs = 30_000
const startsWithinMs = 300_000

/** Finds the builder and asks what it is. Where nothing may be asked, it is taken for what its name says. */
export const findBuilder = async (
  request: BuildRequest,
  ports: BuildPorts,
): Promise<{ readonly presence: Presence; readonly builder?: Builder }> => {
  const { builder: name } = request
  const program = findBuildx(ports.environment ?? process.env)
  if (program === undefined) return absent('neither `docker` with its plugin `buildx` nor `docker-buildx` is on PATH')
  if (name?.includes('://') === true) return here(`with the BuildKit at ${name}`, remoteBuilder(program, name, ports))
  const named: Builder = { program, name, environment: {}, ways: [] }
  if (ports.mayAsk === false) return here('found on PATH, not asked', named)

  const { exitCode, stdout, stderr } = await inspect(program, name, ports)
  const { driver, error, running, version, writesLayouts } = readInspect(stdout)
  if (exitCode !== 0 || error !== undefined || driver === '') return absent(firstLine(error ?? stderr))
  if (driver === 'remote' && !running) return absent(`the BuildKit of the builder \`${name ?? 'in use'}\` does not answer`)
  if (writesLayouts) return here(`${version ?? ''} (driver ${driver})`.trim(), named)
  if (name === undefined) return here('with a BuildKit in a container of its own', containerBuilder(program, ports))
  return absent(`the driver \`${driver}\` of the builder \`${name}\` writes no OCI images: take \`engine: docker\`, or give no \`builder\``)
}

/** Makes the builder when it is one of ours. @throws KitError `engine-unreachable`, with what buildx said of the last way */
export const makeBuilder = async ({ ways, environment }: Builder, ports: BuildPorts): Promise<void> => {
  const own = { ...ports, environment: { ...(ports.environment ?? process.env), ...environment } }
  for (const [index, commands] of ways.entries()) {
    try {
      for (const argv of commands) await runEngine({ argv, timeoutMs: startsWithinMs, onLine: (line) => ports.log.debug(line) }, own)
      return
    } catch (thrown) {
      ports.signal.throwIfAborted()
      const error = asKitError(thrown)
      if (index === ways.length - 1)
        throw new KitError('engine-unreachable', `The builder could not be made: ${error.message}`, { cause: error })
      ports.log.warning(`${error.message} Another source is tried.`)
    }
  }
}

const here = (version: string, builder: Builder) => ({ presence: { present: true, version, lacks: {} } as const, builder })
const absent = (why: string) => ({ presence: { present: false, why } as const })

/** Removes a builder in a container that was made with files in the temporary directory; one elsewhere was only named there. */
export const removeBuilder = async (ports: BuildPorts): Promise<void> => {
  const program = findBuildx(ports.environment ?? process.env)
  if (program === undefined) return
  const { environment } = own(program, ports)
  const made = await readFile(join(environment.BUILDX_CONFIG, 'instances', ownBuilder.name), 'utf8').catch(() => '')
  if (!made.includes('docker-container')) return
  const env = { ...(ports.environment ?? process.env), ...environment }
  await askEngine({ argv: [...program, 'rm', '--force', ownBuilder.name], timeoutMs: answersWithinMs }, { ...ports, environment: env })
}

/** With `--debug` it tells the driver's features; older versions do not know the flag there. */
const inspect = async (program: Argv, name: string | undefined, ports: BuildPorts) => {
  const asked = (flags: readonly string[]) =>
    askEngine({ argv: [...program, ...flags, 'inspect', ...(name === undefined ? [] : [name])], timeoutMs: answersWithinMs }, ports)
  const first = await asked(['--debug'])
  return /unknown flag/.test(first.stderr) ? asked([]) : first
}

const remoteBuilder = (program: Argv, address: string, ports: BuildPorts): Builder => ({
  ...own(program, ports),
  ways: [[[...program, ...create('remote'), address]]],
})

const containerBuilder = (program: Argv, ports: BuildPorts): Builder => ({
  ...own(program, ports),
  ways: images.map((image) => [
    [...program, ...create('docker-container'), '--driver-opt', `image=${image}`],
    [...program, 'inspect', '--bootstrap', ownBuilder.name],
  ]),
})

const own = (program: Argv, ports: BuildPorts) => ({
  program,
  name: ownBuilder.name,
  environment: { BUILDX_CONFIG: join(ports.temporaryDirectory ?? tmpdir(), ownBuilder.directory) },
})

/** With the name of its node, so that a second step of the job may make it again. */
const create = (driver: string) => ['create', '--name', ownBuilder.name, '--node', `${ownBuilder.name}0`, '--driver', driver]

const firstLine = (text: string): string => text.trim().split('\n', 1)[0]?.slice(0, 300) ?? ''
