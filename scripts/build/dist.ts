import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { definitions } from '../../actions/catalogue.ts'
import { bundle } from './bundle.ts'
import { commandLineEntry, entriesOf } from './entries.ts'
import { licences } from './licences.ts'
import { trimKubernetesClient } from './kubernetes-client.ts'
import { minified } from './minify.ts'

/** What tsc makes of actions/index.ts: the bundler has no TypeScript 7. */
const entry = 'actions/lib/index.js'

/** Every file of dist by its path. The same sources give the same bytes, wherever and however often it is done. */
export const dist = async (): Promise<ReadonlyMap<string, string>> => {
  await trimKubernetesClient()
  const { files, sources } = await bundle(entry)
  const built = new Map<string, string>()
  for (const [name, text] of files) built.set(name, name.endsWith('.js') ? await minified(text) : text)
  for (const { path, text } of [...definitions.flatMap(entriesOf), commandLineEntry]) built.set(path, text)
  return built.set('LICENSES.txt', licences(sources))
}

/** Writes the files into a folder that holds nothing else. */
export const writeDist = async (files: ReadonlyMap<string, string>, folder: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
