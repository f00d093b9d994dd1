import { readFile, readdir } from 'node:fs/promises'
import { format } from 'oxfmt'
import { definitions } from '../../actions/catalogue.ts'
import { actionMetadata } from './action-metadata.ts'
import { buildAndScan } from './build-and-scan.ts'
import { actionPage } from './action-page.ts'
import { commandPage } from './command-page.ts'
import { configurationPage } from './configuration-page.ts'
import type { GeneratedFile } from './generated-file.ts'
import { kubernetesRole } from './kubernetes-role.ts'
import { reasonCodeFolder, reasonCodePages } from './reason-code-pages.ts'
import { routersPage } from './routers-page.ts'
import { publishedSchemas } from './schemas.ts'

export interface Generated {
  readonly files: readonly GeneratedFile[]
  /** Files of an earlier run whose source is gone. */
  readonly stale: readonly string[]
}

/** Everything that follows from the sources, formatted as `oxfmt` formats it, so that formatting never looks like drift. */
export const everything = async (): Promise<Generated> => {
  const files = [
    ...definitions.map(actionMetadata),
    buildAndScan(),
    ...(await Promise.all(definitions.map(actionPage))),
    ...reasonCodePages(),
    ...(await publishedSchemas()),
    await configurationPage(),
    await commandPage(),
    kubernetesRole(),
    await routersPage(),
  ]
  const style = JSON.parse(await readFile('.oxfmtrc.json', 'utf8')) as Record<string, unknown>
  const paths = new Set(files.map((file) => file.path))
  return {
    files: await Promise.all(files.map((file) => formatted(file, style))),
    stale: (await readdir(reasonCodeFolder).catch(() => []))
      .map((name) => `${reasonCodeFolder}/${name}`)
      .filter((path) => !paths.has(path)),
  }
}

const formatted = async (file: GeneratedFile, style: Record<string, unknown>): Promise<GeneratedFile> => {
  const { code, errors } = await format(file.path, file.text, style)
  if (errors.length > 0) throw new Error(`${file.path} cannot be formatted: ${errors.map((error) => error.message).join(', ')}`)
  return { path: file.path, text: code }
}
