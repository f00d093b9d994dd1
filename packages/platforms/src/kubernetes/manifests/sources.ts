import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { KitError, messageOf } from '@deploy-kit/core'
import { supervise } from '@deploy-kit/core/process'

/** YAML with the name that messages call it by. */
export interface ManifestText {
  readonly file: string
  readonly text: string
}

/** What the outside gives: standard input, and the program that builds kustomizations. */
export interface ManifestInputs {
  readonly standardInput: () => Promise<string>
  readonly kustomize: (directory: string, signal: AbortSignal) => Promise<string>
}

const manifestFile = /\.(?:ya?ml|json)$/
const kustomizationFiles = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const kustomizeWithinMs = 60_000

/**
 * The texts of all sources in their order: a file; a directory, of which the `.yaml`, `.yml` and `.json` files are taken by their names
 * and not those of directories below, as kubectl does; a directory with a kustomization, which is built; `-` for standard input.
 * @throws KitError `manifests-invalid` for what is not there, or holds nothing
 */
export const readSources = async (
  sources: readonly string[],
  inputs: ManifestInputs,
  signal: AbortSignal,
): Promise<readonly ManifestText[]> => (await Promise.all(sources.map((source) => readSource(source, inputs, signal)))).flat()

const readSource = async (source: string, inputs: ManifestInputs, signal: AbortSignal): Promise<readonly ManifestText[]> => {
  if (source === '-') return [{ file: '<stdin>', text: await inputs.standardInput() }]
  const found = await stat(source).catch((error: unknown) => {
    throw new KitError('manifests-invalid', `\`manifests\`: \`${source}\` cannot be read: ${messageOf(error)}`, { cause: error })
  })
  if (!found.isDirectory()) return [await readOne(source)]
  if (kustomizationFiles.some((name) => existsSync(join(source, name))))
    return [{ file: `${source} (kustomize)`, text: await inputs.kustomize(source, signal) }]
  const names = (await readdir(source)).filter((name) => manifestFile.test(name)).toSorted()
  if (names.length === 0)
    throw new KitError('manifests-invalid', `\`manifests\`: the directory \`${source}\` holds no .yaml, .yml or .json file.`)
  return Promise.all(names.map((name) => readOne(join(source, name))))
}

const readOne = async (file: string): Promise<ManifestText> => ({ file, text: await readFile(file, 'utf8') })

/** This process' standard input, and `kustomize` or `kubectl kustomize` from PATH. */
export const processInputs: ManifestInputs = {
  standardInput: () => text(process.stdin),
  kustomize: async (directory, signal) => {
    for (const [tool, argv] of [
      ['kustomize', ['build', directory]],
      ['kubectl', ['kustomize', directory]],
    ] as const) {
      const built = await supervise(tool, argv, { deadlineMs: kustomizeWithinMs, signal }).catch((error: unknown) => {
        if (error instanceof KitError && error.code === 'tool-missing') return undefined
        throw error
      })
      if (built === undefined) continue
      if (built.exitCode === 0) return built.stdout
      throw new KitError('manifests-invalid', `\`manifests\`: ${tool} could not build \`${directory}\`: ${built.stderr.trim()}`)
    }
    throw new KitError(
      'manifests-invalid',
      `\`manifests\`: \`${directory}\` is a kustomization, and neither kustomize nor kubectl is on PATH.`,
      {
        remedy: 'Install one of them, or build it in an earlier step and name its output.',
      },
    )
  },
}
