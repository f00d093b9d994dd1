import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { BuildEngine, BuildPorts, BuildRequest, BuiltImage, Feature, Presence } from '../build-engine.ts'
import { checkFiles } from '../check-files.ts'
import { findProgram } from '../process/find-program.ts'
import { publishBuilt } from '../process/publish-built.ts'
import { inRoom } from '../process/room.ts'
import { placeOfStep } from '../process/place-of-step.ts'
import { askEngine, runEngine, type EngineCommand } from '../process/run-engine.ts'
import { secretEnvironment } from '../process/secret-arguments.ts'
import { orderIndex } from './order-index.ts'
import { buildahArgv, exportArgv, isSeveral, type Program } from './argv.ts'
import { SpokenSteps } from '../process/count-steps.ts'

const anHour = 3_600_000
const answersWithinMs = 30_000

/** buildah, or podman, which has it inside: no daemon, no root, and timestamps that are those of the commit. */
export const createEngine = (): BuildEngine => ({
  presence,
  plan: async (request, ports) => {
    await checkFiles(request)
    const program = requireProgram(ports)
    const build = buildahArgv(program, request, { idFile: 'image-id', list: 'deploy-kit' })
    const image = isSeveral(request) ? 'deploy-kit' : '<image id>'
    return {
      platforms: request.platforms ?? ['linux/amd64'],
      tags: request.tags,
      commands: [build, exportArgv(program, request, image, 'layout')],
    }
  },
  build: async (request, ports) => {
    await checkFiles(request)
    return inRoom(request, ports, (room) => buildIn(room, requireProgram(ports), request, ports))
  },
})

const buildIn = async (room: string, program: Program, request: BuildRequest, ports: BuildPorts): Promise<BuiltImage> => {
  const steps = new SpokenSteps()
  const timeoutMs = request.timeoutMs ?? anHour
  const names = { idFile: join(room, 'image-id'), list: `deploy-kit-${randomUUID()}` }
  const onLine = (line: string): void => {
    steps.hear(line)
    ports.log.info(line)
  }
  const build: EngineCommand = {
    argv: buildahArgv(program, request, names),
    secretEnvironment: secretEnvironment(request.secrets),
    timeoutMs,
    onLine,
    placeOf: (output) => placeOfStep(output, request),
  }
  await runEngine(build, ports)
  const layout = join(room, 'layout')
  const image = isSeveral(request) ? names.list : (await readFile(names.idFile, 'utf8')).trim()
  try {
    await runEngine({ argv: exportArgv(program, request, image, layout), timeoutMs, onLine: (line) => ports.log.debug(line) }, ports)
  } finally {
    if (isSeveral(request)) await askEngine({ argv: [program, 'manifest', 'rm', names.list], timeoutMs: answersWithinMs }, ports)
  }
  await orderIndex(layout)
  return { ...(await publishBuilt(layout, request)), steps: steps.steps }
}

const presence = async (_request: BuildRequest, ports: BuildPorts): Promise<Presence> => {
  const program = programHere(ports)
  if (program === undefined) return { present: false, why: 'neither `buildah` nor `podman` is on PATH' }
  if (ports.mayAsk === false) return { present: true, version: `(${program}) found on PATH, not asked`, lacks }
  const { exitCode, stdout, stderr } = await askEngine({ argv: [program, '--version'], timeoutMs: answersWithinMs }, ports)
  if (exitCode !== 0)
    return { present: false, why: `\`${program} --version\` ended with status ${exitCode}: ${stderr.trim().slice(0, 200)}` }
  return { present: true, version: stdout.trim().replace(/^(\w+) version (\S+).*$/, '$2 ($1)'), lacks }
}

const lacks = {
  'layout-base': 'because it takes them as oci:path only',
  cache: 'other than those in registries',
  'annotation-levels': 'because those are made by BuildKit',
  provenance: 'because they are made by BuildKit',
  sbom: 'because they are made by BuildKit',
  load: 'because it has a store of its own',
  'direct-push': 'because it pushes tags, so its image is pushed from a layout',
} as const satisfies Partial<Record<Feature, string>>

const programHere = ({ environment = process.env }: BuildPorts): Program | undefined =>
  (['buildah', 'podman'] as const).find((name) => findProgram(name, environment) !== undefined)

const requireProgram = (ports: BuildPorts): Program => {
  const program = programHere(ports)
  if (program === undefined) throw new KitError('engine-unavailable', 'Neither `buildah` nor `podman` is on PATH.')
  return program
}
