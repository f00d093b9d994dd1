import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { runStep } from '../../../packages/cli/src/runner/step.ts'
import { takeName } from './bundle.ts'

/** The versions of examples/shop. `v3` fails one request in ten to `/`, see its README; the others are good. */
const recipes = {
  v1: { VERSION: 'v1' },
  v2: { VERSION: 'v2', DEALS: 'on' },
  v3: { VERSION: 'v3', DEALS: 'percent' },
  v4: { VERSION: 'v4', DEALS: 'on' },
} as const satisfies Record<string, Readonly<Record<string, string>>>

export type VersionName = keyof typeof recipes
export const versionNames = Object.keys(recipes) as readonly VersionName[]

/** Where the sources come from, by what the runner says; it goes into the labels of the image, and so into its digest. */
export const origin = {
  repository: 'acme/shop',
  sha: '5f0c1d2e3b4a59687706f5e4d3c2b1a098765432',
  env: { GITHUB_SERVER_URL: 'https://github.test' },
}

export const buildInputs = (version: VersionName): Record<string, string> => ({
  images: 'shop',
  engine: 'oci',
  context: resolve('examples/shop'),
  'build-args': Object.entries(recipes[version])
    .map(([name, value]) => `${name}=${value}`)
    .join('\n'),
  'source-date-epoch': '1700000000',
})

/** The OCI layout of a version, built by the bundle's build-image the first time it is asked for. */
export const layoutOf = async (version: VersionName, dist: string, images: string): Promise<string> => {
  const layout = join(images, version)
  if (existsSync(layout)) return layout
  mkdirSync(images, { recursive: true })
  const fresh = mkdtempSync(join(images, 'build-'))
  const output = join(fresh, 'image')
  const context = { dist, workspace: fresh, temporary: join(fresh, 'temporary'), runId: `build-${version}`, attempt: 1, ...origin }
  const { exitCode, log } = await runStep({ ...context, action: 'build-image', inputs: { ...buildInputs(version), output } })
  if (exitCode !== 0) throw new Error(`build-image ended with status ${exitCode}: ${log}`)
  takeName(output, layout)
  rmSync(fresh, { recursive: true })
  return layout
}

/** The digest of the one image in a layout. */
export const digestIn = (layout: string): string => {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly { readonly digest: string }[]
  }
  return index.manifests[0]?.digest ?? ''
}
