import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildEngine, BuildPorts, BuildRequest, BuiltImage, Feature, Presence } from '../build-engine.ts'
import { findBuildx } from '../buildx/program.ts'
import { checkFiles } from '../check-files.ts'
import { findProgram } from '../process/find-program.ts'
import { BuildKitSteps, SpokenSteps } from '../process/count-steps.ts'
import { publishBuilt } from '../process/publish-built.ts'
import { inRoom } from '../process/room.ts'
import { placeOfStep } from '../process/place-of-step.ts'
import { askEngine, runEngine, type EngineCommand } from '../process/run-engine.ts'
import { secretEnvironment } from '../process/secret-arguments.ts'
import { dockerArgv } from './argv.ts'
import { layoutOfArchive } from './read-archive.ts'

const anHour = 3_600_000
const answersWithinMs = 30_000

/**
 * Docker's own builder, for machines without buildx or without a builder that writes OCI images: the image goes through Docker's store,
 * and from there by `docker save` into a layout.
 */
export const createEngine = (): BuildEngine => ({
  presence,
  plan: async (request, { environment = process.env }) => {
    await checkFiles(request)
    const save = ['docker', 'save', '--output', 'image.tar', '<image id>']
    return {
      platforms: request.platforms ?? ['linux/amd64'],
      tags: request.tags,
      commands: [dockerArgv(request, hasBuildKit(environment), 'image-id'), ...loads(request, '<image id>'), save],
    }
  },
  build: async (request, ports) => {
    await checkFiles(request)
    return inRoom(request, ports, (room) => buildIn(room, request, ports))
  },
})

const buildIn = async (room: string, request: BuildRequest, ports: BuildPorts): Promise<BuiltImage> => {
  const withBuildKit = hasBuildKit(ports.environment ?? process.env)
  const counter = withBuildKit ? new BuildKitSteps() : new SpokenSteps()
  const timeoutMs = request.timeoutMs ?? anHour
  const idFile = join(room, 'image-id')
  const onLine = (line: string): void => {
    counter.hear(line)
    ports.log.info(line)
  }
  const environment = { DOCKER_BUILDKIT: withBuildKit ? '1' : '0', BUILDX_BUILDER: 'default', ...secretEnvironment(request.secrets) }
  const build: EngineCommand = {
    argv: argvOf(dockerArgv(request, withBuildKit, idFile)),
    secretEnvironment: environment,
    timeoutMs,
    onLine,
    placeOf: (output) => placeOfStep(output, request),
  }
  await runEngine(build, ports)
  const id = (await readFile(idFile, 'utf8')).trim()
  for (const argv of loads(request, id)) await runEngine({ argv: argvOf(argv), timeoutMs }, ports)
  const archive = join(room, 'image.tar')
  await runEngine({ argv: ['docker', 'save', '--output', archive, id], timeoutMs }, ports)
  const image = await publishBuilt(await layoutOfArchive(archive, room, request.annotations ?? {}), request)
  return { ...image, steps: counter.steps }
}

const presence = async (_request: BuildRequest, ports: BuildPorts): Promise<Presence> => {
  const env = ports.environment ?? process.env
  if (findProgram('docker', env) === undefined) return { present: false, why: 'there is no `docker` on PATH' }
  const lacks = { ...always, ...(hasBuildKit(env) ? {} : withoutBuildKit) }
  if (ports.mayAsk === false) return { present: true, version: 'found on PATH, not asked', lacks }
  const { exitCode, stdout, stderr } = await askEngine(
    { argv: ['docker', 'version', '--format', '{{.Server.Version}}'], timeoutMs: answersWithinMs },
    ports,
  )
  if (exitCode !== 0) return { present: false, why: stderr.trim().split('\n').at(-1) ?? 'its daemon does not answer' }
  return { present: true, version: stdout.trim(), lacks }
}

const through = 'because the image goes through the store of Docker'
const always = {
  'layout-base': 'because Docker reads registries only',
  'multi-platform': through,
  'build-contexts': through,
  cache: 'beyond those of Docker itself',
  'annotation-levels': 'because those are made by BuildKit',
  provenance: through,
  sbom: through,
  'direct-push': through,
  timestamps: 'because Docker writes the time of the build into layers and configuration',
} as const satisfies Partial<Record<Feature, string>>

const withoutBuildKit = {
  secrets: 'because there is no buildx here',
  ssh: 'because there is no buildx here',
} as const satisfies Partial<Record<Feature, string>>

/** The docker command refuses BuildKit when its plugin is missing. */
const hasBuildKit = (env: NodeJS.ProcessEnv): boolean => findBuildx(env)?.[0] === 'docker'

const loads = ({ load, tags }: BuildRequest, id: string): readonly (readonly string[])[] =>
  load === true ? tags.map((tag) => ['docker', 'tag', id, tag]) : []

const argvOf = (argv: readonly string[]): readonly [string, ...string[]] => [argv[0] ?? 'docker', ...argv.slice(1)]
