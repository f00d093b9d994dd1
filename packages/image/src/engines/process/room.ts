import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { BuildPorts, BuildRequest } from '../build-engine.ts'

/** A directory for what an engine writes, gone afterwards: beside the layout, so that one rename brings the image to its place. */
export const inRoom = async <T>({ destination }: BuildRequest, ports: BuildPorts, use: (room: string) => Promise<T>): Promise<T> => {
  const prefix =
    destination.kind === 'layout' ? `${resolve(destination.directory)}.build-` : join(ports.temporaryDirectory ?? tmpdir(), 'engine-')
  await mkdir(dirname(prefix), { recursive: true })
  const room = await mkdtemp(prefix)
  try {
    return await use(room)
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}
