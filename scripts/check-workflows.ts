// Runs actionlint and zizmor over the workflows, templates and composite actions; over the rendered variant as well,
// where actionlint has to be content without any exception. Fails when either of the two is missing.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { actionlint } from './workflows/actionlint.ts'
import { allWorkflows, reusableWorkflows, templates } from './workflows/files.ts'
import { ToolMissing, type Finding } from './workflows/found.ts'
import { render } from './workflows/render.ts'
import { zizmor } from './workflows/zizmor.ts'

const rendered = async (): Promise<readonly Finding[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'rendered-'))
  try {
    const paths = [...reusableWorkflows(), ...templates()]
    const copies = paths.map((path, index) => join(directory, `${index}-${basename(path)}`))
    for (const [index, path] of paths.entries())
      await writeFile(copies[index] ?? '', render(await readFile(path, 'utf8'), { repository: 'acme/deploy-kit', ref: 'v1.0.0' }))
    return actionlint(copies, { everything: true })
  } finally {
    await rm(directory, { recursive: true })
  }
}

const checks: readonly (readonly [string, () => readonly Finding[] | Promise<readonly Finding[]>])[] = [
  ['actionlint', () => actionlint(allWorkflows())],
  ['actionlint, rendered variant', rendered],
  ['zizmor', () => zizmor(templates())],
]

for (const [name, check] of checks) {
  try {
    const findings = await check()
    console.log(`${name}: ${findings.length === 0 ? 'nothing found' : `${findings.length} found`}`)
    for (const { where, message } of findings) console.error(`  ${where}  ${message}`)
    if (findings.length > 0) process.exitCode = 1
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error
    console.error(`${name}: not run. ${error.message}`)
    process.exitCode = 1
  }
}
