import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KitError } from '@deploy-kit/core'
import { supervise } from '@deploy-kit/core/process'
import { extract } from 'tar-stream'

/** Takes the program out of a release's archive, and nothing else. @throws KitError `trivy-install-failed` */
export const unpackProgram = async (archive: string, directory: string, signal: AbortSignal): Promise<string> =>
  archive.endsWith('.zip') ? await fromZip(archive, directory, signal) : await fromTar(archive, directory)

const fromTar = async (archive: string, directory: string): Promise<string> => {
  const program = join(directory, 'trivy')
  const entries = extract()
  let found = false
  const reading = (async (): Promise<void> => {
    for await (const entry of entries) {
      if (entry.header.name === 'trivy' && entry.header.type === 'file') {
        found = true
        await pipeline(entry, createWriteStream(program, { mode: 0o755 }))
      } else entry.resume()
    }
  })()
  await Promise.all([pipeline(createReadStream(archive), createGunzip(), entries), reading])
  if (!found) throw new KitError('trivy-install-failed', `\`${archive}\` holds no file \`trivy\`.`)
  return program
}

/** Windows brings a tar that reads zip files. */
const fromZip = async (archive: string, directory: string, signal: AbortSignal): Promise<string> => {
  const { exitCode, stderr } = await supervise('tar', ['-xf', archive, '-C', directory, 'trivy.exe'], { deadlineMs: 120_000, signal })
  if (exitCode !== 0) throw new KitError('trivy-install-failed', `\`${archive}\` could not be unpacked: ${stderr.trim()}`)
  return join(directory, 'trivy.exe')
}
