import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { checkOutput } from '../../layout/publish-layout.ts'
import type { BuildEngine, BuildPlan, BuildPorts, BuildRequest, BuiltImage } from '../build-engine.ts'
import { checkFiles } from '../check-files.ts'
import { BuildKitSteps } from '../process/count-steps.ts'
import { publishBuilt } from '../process/publish-built.ts'
import { inRoom } from '../process/room.ts'
import { runEngine } from '../process/run-engine.ts'
import { secretEnvironment } from '../process/secret-arguments.ts'
import { buildxArgv, type BuildxFiles } from './argv.ts'
import { findBuilder, makeBuilder, type Builder } from './builder.ts'
import { readMetadata, warningsIn } from './metadata.ts'

const anHour = 3_600_000

/**
 * BuildKit through buildx: every feature there is. It pushes by digest itself, or writes an OCI layout; its driver `docker`
 * can do neither without Docker's containerd store, so then a builder in a container is made.
 */
export const createEngine = (): BuildEngine => {
  let found: ReturnType<typeof findBuilder> | undefined
  // Asked once: each question is a process.
  const find = (request: BuildRequest, ports: BuildPorts) => (found ??= findBuilder(request, ports))
  return {
    presence: async (request, ports) => (await find(request, ports)).presence,
    plan: async (request, ports) => {
      await checkFiles(request)
      return planOf(request, required(await find(request, { ...ports, mayAsk: false })))
    },
    build: async (request, ports) => {
      await checkFiles(request)
      if (request.destination.kind === 'layout') await checkOutput(resolve(request.destination.directory))
      const builder = required(await find(request, ports))
      await makeBuilder(builder, ports)
      return inRoom(request, ports, (room) => buildWith(builder, request, room, ports))
    },
  }
}

/** @throws KitError `engine-unavailable` */
const required = ({ presence, builder }: Awaited<ReturnType<typeof findBuilder>>): Builder => {
  if (builder !== undefined) return builder
  throw new KitError('engine-unavailable', `buildx cannot be used: ${presence.present ? 'it has no builder' : presence.why}.`)
}

const planOf = (request: BuildRequest, builder: Builder): BuildPlan => {
  const { destination, tags, platforms = ['linux/amd64'] } = request
  const files = { metadata: 'metadata.json', layout: destination.kind === 'layout' ? destination.directory : '' }
  const make = builder.ways[0] ?? []
  return { platforms, tags, commands: [...make, [...builder.program, ...buildxArgv(request, builder.name, files)]] }
}

const buildWith = async (builder: Builder, request: BuildRequest, room: string, ports: BuildPorts): Promise<BuiltImage> => {
  const files: BuildxFiles = { metadata: join(room, 'metadata.json'), layout: join(room, 'layout') }
  const counter = new BuildKitSteps()
  const command = {
    argv: [...builder.program, ...buildxArgv(request, builder.name, files)] as const,
    secretEnvironment: { ...environment, ...secretEnvironment(request.secrets) },
    timeoutMs: request.timeoutMs ?? anHour,
    onLine: (line: string) => {
      counter.hear(line)
      ports.log.info(line)
    },
  }
  await runEngine(command, { ...ports, environment: { ...(ports.environment ?? process.env), ...builder.environment } })
  const metadata = readMetadata(await readFile(files.metadata, 'utf8').catch(() => ''))
  for (const { message, line } of warningsIn(metadata))
    ports.log.warning(message, { file: request.file ?? 'Dockerfile', ...(line !== undefined && { line }) })
  const told = { steps: counter.steps, metadata }
  if (request.destination.kind === 'layout') return { ...(await publishBuilt(files.layout, request)), ...told }
  const digest = String(metadata['containerimage.digest'])
  // What the image holds, its registry says.
  return { digest, image: `${request.destination.names[0] ?? ''}@${digest}`, tags: request.tags, platforms: [], sizeBytes: 0, ...told }
}

/** The warnings of its checks stand in the metadata; what git says of the checkout would end up in attestations with its credentials. */
const environment = { BUILDX_METADATA_WARNINGS: 'true', BUILDX_METADATA_PROVENANCE: 'disabled', BUILDX_GIT_INFO: 'false', NO_COLOR: '1' }
