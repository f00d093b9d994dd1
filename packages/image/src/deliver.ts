import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import type { BuildPorts, BuildRequest, BuiltImage, Destination } from './engines/build-engine.ts'
import type { ChosenEngine } from './engines/choose-engine.ts'
import { requirePlatforms } from './engines/require-platforms.ts'
import { storedBytes } from './size/sized-image.ts'
import { listLayout } from './layout/read-layout.ts'
import { describeRemote } from './registry/describe-remote.ts'
import { pushLayout } from './registry/push-layout.ts'
import type { Registry } from './registry/registry.ts'

/** Builds with an engine and brings the image to its destination. Into a registry it goes by its digest alone. */
export const deliver = async (chosen: ChosenEngine, request: BuildRequest, ports: BuildPorts): Promise<BuiltImage> => {
  const { destination } = request
  if (destination.kind === 'layout') return chosen.engine.build(request, ports)
  const { registry } = ports
  if (registry === undefined) throw new KitError('internal-error', 'a build that is pushed needs a registry')
  return chosen.pushes ? pushedBy(chosen, request, registry, ports) : pushedFromLayout(chosen, request, destination, registry, ports)
}

type Repositories = Extract<Destination, { kind: 'registry' }>

/** The engine has pushed it; what it is, the registry says. */
const pushedBy = async ({ engine }: ChosenEngine, request: BuildRequest, registry: Registry, ports: BuildPorts): Promise<BuiltImage> => {
  const image = await engine.build(request, ports)
  const platforms = await describeRemote(registry, image.image.slice(0, image.image.indexOf('@')), image.digest)
  requirePlatforms(request.platforms, platforms)
  return { ...image, platforms, sizeBytes: storedBytes(platforms) }
}

/** Engines that push tags only, or not at all, write a layout, and it is pushed from there. */
const pushedFromLayout = async (
  { engine }: ChosenEngine,
  request: BuildRequest,
  { names }: Repositories,
  registry: Registry,
  ports: BuildPorts,
): Promise<BuiltImage> => {
  const parent = ports.temporaryDirectory ?? tmpdir()
  await mkdir(parent, { recursive: true })
  const room = await mkdtemp(join(parent, 'push-'))
  try {
    const directory = join(room, 'layout')
    const image = await engine.build({ ...request, destination: { kind: 'layout', directory } }, ports)
    const root = (await listLayout(directory)).find(({ digest }) => digest === image.digest)
    if (root === undefined) throw new KitError('internal-error', `the layout does not list ${image.digest}`)
    for (const { name, uploaded, mounted, present, bytes } of await pushLayout(registry, directory, root, names))
      ports.log.info(`Pushed ${name}@${image.digest}: ${uploaded} blobs of ${bytes} bytes sent, ${mounted + present} there already.`)
    return { ...image, image: `${names[0] ?? ''}@${image.digest}` }
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}
