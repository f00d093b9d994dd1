import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KitError } from '@deploy-kit/core'
import { extract } from 'tar-stream'

/** Takes the program out of a release's archive, and nothing else. @throws KitError `trivy-install-failed` */
export const unpackProgram = async (archive: string, directory: string): Promise<string> =>
  archive.endsWith('.zip') ? await fromZip(archive, directory) : await fromTar(archive, directory)

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

/** Releases for Windows. Not by its `tar`, which reads them: on GitHub's runners another one, which does not, may come first on PATH. */
const fromZip = async (archive: string, directory: string): Promise<string> => {
  const { openPromise } = await import('yauzl')
  const program = join(directory, 'trivy.exe')
  const zip = await openPromise(archive, { lazyEntries: true, autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== 'trivy.exe') continue
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(program))
      return program
    }
  } finally {
    zip.close()
  }
  throw new KitError('trivy-install-failed', `\`${archive}\` holds no file \`trivy.exe\`.`)
}
