import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly author?: string | { readonly name: string }
}

/**
 * The licences of all packages that the sources belong to, in one text. It is read off the modules that were bundled,
 * because ncc's own list forgets those of the main file as soon as there are chunks.
 */
export const licences = (sources: readonly string[]): string => {
  const folders = new Set(
    sources.filter((source) => source.includes(`${sep}node_modules${sep}`)).flatMap((source) => packageFolder(source) ?? []),
  )
  const packages = [...folders]
    .map((folder) => ({ folder, manifest: manifestOf(folder) }))
    .toSorted((a, b) => (titleOf(a.manifest) < titleOf(b.manifest) ? -1 : 1))
  return packages
    .map(({ folder, manifest }) => `${titleOf(manifest)} (${manifest.license ?? 'no licence named'})\n\n${licenceText(folder, manifest)}\n`)
    .join('\n---\n\n')
}

/** The nearest folder with a name and a version: packages hold other package.json files that only say `type`. */
const packageFolder = (file: string): string | undefined => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (!existsSync(join(folder, 'package.json'))) continue
    const { name, version } = manifestOf(folder)
    if (name !== undefined && version !== undefined) return folder
  }
  return undefined
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
const titleOf = (manifest: Manifest): string => `${manifest.name}@${manifest.version}`

const licenceText = (folder: string, manifest: Manifest): string => {
  const file = readdirSync(folder)
    .toSorted()
    .find((name) => /^(?:licen[cs]e|copying)/i.test(name))
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()
  const author = typeof manifest.author === 'string' ? manifest.author : manifest.author?.name
  return `The package ships no licence file; its manifest says ${manifest.license ?? 'nothing'}${author === undefined ? '' : `, author ${author}`}.`
}
