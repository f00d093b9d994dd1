import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'

interface Pattern {
  readonly group: readonly string[]
}
interface Rules {
  readonly overrides: readonly {
    readonly files: readonly string[]
    readonly rules: { readonly 'no-restricted-imports'?: readonly [string, { readonly patterns: readonly Pattern[] }] }
  }[]
}

const configuration = readFileSync('.oxlintrc.json', 'utf8')
const packages = readdirSync('packages')

mkdirSync('out', { recursive: true })
const project = mkdtempSync(resolve('out', 'imports-'))
writeFileSync(join(project, '.oxlintrc.json'), configuration.replace('./node_modules', '../../node_modules'))
afterAll(() => rmSync(project, { recursive: true }))

/** The imports that the linter refuses in a file of a package. */
const refused = (file: string, source: string): readonly string[] => {
  mkdirSync(dirname(join(project, file)), { recursive: true })
  writeFileSync(join(project, file), source)
  const { stdout } = spawnSync(process.execPath, [resolve('node_modules/oxlint/bin/oxlint'), '--format', 'unix', file], {
    cwd: project,
    encoding: 'utf8',
  })
  return [...stdout.matchAll(/'([^']+)' import is restricted/g)].map(([, name = '']) => name)
}

test.each(packages)('packages/%s may import what its package.json names', (name) => {
  const manifest = JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>
  }
  const ours = Object.keys(manifest.dependencies ?? {}).filter((dependency) => dependency.startsWith('@deploy-kit/'))
  const override = (JSON.parse(configuration) as Rules).overrides.find(
    ({ files, rules }) => files.includes(`packages/${name}/**`) && 'no-restricted-imports' in rules,
  )
  const allowed = override?.rules['no-restricted-imports']?.[1].patterns[0]?.group.filter(
    (pattern) => pattern.startsWith('!') && !pattern.endsWith('/**'),
  )
  expect(allowed?.map((pattern) => pattern.slice(1)).toSorted()).toEqual(ours.toSorted())
})

test('the engine cannot reach up to a platform, however it tries', () => {
  const source = `
    import { KitError } from '@deploy-kit/core'
    import { supervise } from '@deploy-kit/core/process'
    import { platforms } from '@deploy-kit/platforms'
    import { edge } from '@deploy-kit/platforms/local'
    import type { Plan } from '@deploy-kit/release'
    import { local } from '../../platforms/src/local/index.ts'
    import { decide } from './state/decide.ts'
    export { probe } from '@deploy-kit/smoke'
    export const all: Plan = [KitError, supervise, platforms, edge, local, decide, await import('@deploy-kit/cli')]
  `
  expect(refused('packages/rollout/src/x.ts', source)).toEqual([
    '@deploy-kit/platforms',
    '@deploy-kit/platforms/local',
    '@deploy-kit/release',
    '../../platforms/src/local/index.ts',
    '@deploy-kit/smoke',
    '@deploy-kit/cli',
  ])
})

test('the judge needs nobody, not even Node', () => {
  const source = `import { readFileSync } from 'node:fs'; import { KitError } from '@deploy-kit/core'; export const x = [readFileSync, KitError]`
  expect(refused('packages/judge/src/x.ts', source)).toEqual(['node:fs', '@deploy-kit/core'])
})

test('an action goes through the use-cases', () => {
  const source = `import { deploy } from '@deploy-kit/release'; import { decide } from '@deploy-kit/rollout'; export const x = [deploy, decide]`
  expect(refused('actions/deploy-canary/main.ts', source)).toEqual(['@deploy-kit/rollout'])
})

// A static import in a registry would load every platform into every step.
test.each(['packages/platforms/src/index.ts'])('%s loads what it registers on demand', (registry) => {
  const statements = readFileSync(registry, 'utf8').match(/^(?:import|export) .* from .*$/gm) ?? []
  expect(statements.filter((statement) => !/^(?:import|export) type /.test(statement))).toEqual([])
  expect(readFileSync(registry, 'utf8')).toContain('=> import(')
})
