import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Shop } from './shop.ts'

const hour = 3_600_000

/** A trivy that reports what it is told to, with a database of an hour ago at the first mirror; see test/fakes/trivy.cjs. */
export const trivyThatReports = (shop: Shop, report: 'clean' | 'image-vulnerabilities'): string => {
  const bin = join(shop.workspace, 'bin')
  mkdirSync(bin)
  const program = join(bin, 'trivy')
  copyFileSync('test/fakes/trivy.cjs', program)
  chmodSync(program, 0o755)
  const scenario = {
    version: '0.73.0',
    report: resolve(`test/fixtures/trivy/${report}.json`),
    mirrors: { 'mirror.gcr.io/aquasec/trivy-db:2': {} },
    updatedAt: new Date(Date.now() - hour).toISOString(),
    nextUpdate: new Date(Date.now() + 23 * hour).toISOString(),
  }
  writeFileSync(join(bin, 'scenario.json'), JSON.stringify(scenario))
  return program
}
