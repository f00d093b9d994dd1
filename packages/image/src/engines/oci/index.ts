import { KitError } from '@deploy-kit/core'
import { formatPlatform } from '../../layout/platform.ts'
import type { BuildEngine, BuildPlan, BuildPorts, BuildRequest, Feature } from '../build-engine.ts'
import { loadContext } from './files/load-context.ts'
import { readIgnoreFile } from '../../context/ignore-file.ts'
import { timestamp } from '../origin-labels.ts'
import { writeImage } from './image/write-image.ts'
import { readRequest, type CheckedRequest } from './read-request.ts'
import { evaluateStages } from './stages/evaluate.ts'
import { selectStages } from './stages/select-stages.ts'
import type { Stage } from './stages/stage.ts'
import { Variables } from './stages/variables.ts'
import type { Dockerfile } from './dockerfile/parse-dockerfile.ts'

/**
 * The embedded engine: a Dockerfile without RUN to an OCI image layout. It needs no daemon, no root and no network, and
 * gives the same digest for the same sources on every machine.
 */
export const createEngine = (): BuildEngine => ({
  presence: async (request, ports) => ({ present: true, version: '1', lacks: { ...lacks, ...(await instructionsIt(request, ports)) } }),
  plan: async (request, ports) => {
    const checked = await readRequest(request)
    return planOf(checked, await evaluate(checked, ports))
  },
  build: async (request, ports) => {
    const checked = await readRequest(request)
    const stage = await evaluate(checked, ports)
    ports.signal.throwIfAborted()
    try {
      return await writeImage({ request, stage, platform: checked.platform, output: checked.output, signal: ports.signal })
    } catch (error) {
      ports.signal.throwIfAborted()
      throw error
    }
  },
})

const lacks = {
  'annotation-levels': 'because it writes no index',
  'multi-platform': 'because it builds for one platform at a time',
  'build-contexts': 'because it reads one context',
  secrets: 'because it runs nothing that could use them',
  ssh: 'because it runs nothing that could use it',
  cache: 'because it needs none',
  provenance: 'because they are made by BuildKit',
  sbom: 'because they are made by BuildKit',
  load: 'because it knows no Docker',
  network: 'because it runs nothing that could use it',
  'direct-push': 'because it writes a layout, which is pushed afterwards',
} as const satisfies Partial<Record<Feature, string>>

/** What the engine cannot build says so at its line; any other fault of the file is every engine's and is told by whoever builds. */
const instructionsIt = async (request: BuildRequest, ports: BuildPorts): Promise<Partial<Record<Feature, string>>> => {
  try {
    const log = { ...ports.log, warning: () => undefined }
    // Where it will go makes no difference to what can be built.
    const destination = { kind: 'layout', directory: `${request.context}.nowhere` } as const
    await evaluate(await readRequest({ ...request, destination }), { ...ports, log })
    return {}
  } catch (error) {
    if (!(error instanceof KitError) || error.code !== 'dockerfile-unsupported') return {}
    return { instructions: `(${error.where ?? request.file ?? 'Dockerfile'}: ${error.message})` }
  }
}

const evaluate = async (
  { request, context, dockerfilePath, dockerfile, platform, output }: CheckedRequest,
  ports: BuildPorts,
): Promise<Stage> => {
  const buildArguments = request.buildArguments ?? {}
  for (const name of unusedArguments(dockerfile, buildArguments)) {
    ports.log.warning(`No ARG of \`${dockerfile.file}\` takes the build argument \`${name}\`.`)
  }
  const globals = new Variables(dockerfile.escape)
  for (const arg of dockerfile.globalArguments) globals.declare(arg, arg.place, buildArguments, new Map())
  const selected = selectStages(dockerfile, request.target, globals)
  let loading: ReturnType<typeof loadContext> | undefined
  const contextTree = async () => (loading ??= loadContext(context, await readIgnoreFile(context, dockerfilePath), output))
  return evaluateStages(selected, globals, {
    dockerfile,
    context,
    platform,
    buildArguments,
    created: timestamp(request.sourceDateEpoch),
    contextTree,
  })
}

const unusedArguments = ({ globalArguments, stages }: Dockerfile, given: BuildRequest['buildArguments'] = {}): readonly string[] => {
  const instructions = [...globalArguments, ...stages.flatMap((stage) => stage.instructions)]
  const declared = new Set(instructions.flatMap((line) => (line.kind === 'arg' ? line.arguments.map(({ name }) => name) : [])))
  return Object.keys(given).filter((name) => !declared.has(name))
}

const planOf = ({ request, platform }: CheckedRequest, stage: Stage): BuildPlan => {
  const added = stage.layers.flatMap((layer) => (layer.kind === 'new' ? [...layer.changes.values()] : []))
  const files = added.filter((entry) => entry.type === 'file')
  return {
    platforms: [formatPlatform(platform)],
    tags: request.tags,
    commands: [],
    contents: {
      base: stage.base,
      instructions: stage.history.map((line) => line.created_by ?? ''),
      files: files.length,
      bytes: files.reduce((sum, { size }) => sum + size, 0),
    },
  }
}
