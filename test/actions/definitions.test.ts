import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { definitions } from '../../actions/catalogue.ts'
import { mains } from '../../actions/mains.ts'
import { platforms as platformInputs } from '../../actions/shared/target-inputs.ts'
import { outcomeOutputs } from '@deploy-kit/core'
import { parse } from 'yaml'
import { platforms } from '../../packages/platforms/src/index.ts'
import { folderOf } from '../../scripts/generate/action-metadata.ts'
import { pageOf } from '../../scripts/generate/action-page.ts'

interface Metadata {
  readonly inputs: Readonly<Record<string, { readonly required: boolean; readonly default?: string; readonly description: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string; readonly 'post-if'?: string }
}
const metadataOf = (folder: string): Metadata => parse(readFileSync(`${folder}action.yml`, 'utf8')) as Metadata
/** Sources of the use-cases, which is where inputs are read besides the mains. */
const useCases = globSync('packages/release/src/**/*.ts')
const byName = definitions.map((definition) => [definition.name, definition] as const)

describe.each(byName)('%s', (name, definition) => {
  const metadata = metadataOf(folderOf(definition))

  test('declares in action.yml the inputs that it reads, and no others', () => {
    const declared = Object.entries(metadata.inputs).map(([input, { required, default: given }]) => [input, required, given])
    expect(declared).toEqual(Object.entries(definition.inputs).map(([input, spec]) => [input, spec.required, spec.defaultText]))
  })

  test('declares in action.yml the outputs that it sets, with the outcome that every action has', () => {
    expect(Object.keys(metadata.outputs)).toEqual(Object.keys(definition.outputs))
    expect(Object.keys(metadata.outputs)).toEqual(expect.arrayContaining(Object.keys(outcomeOutputs)))
  })

  test('has inputs and outputs with names and sentences that people can read', () => {
    for (const [input, { description }] of [...Object.entries(metadata.inputs), ...Object.entries(metadata.outputs)]) {
      expect(input).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
      expect(description).toMatch(/^[A-Z`].*\.$/s)
      expect(description).not.toContain('${{') // GitHub would take it for an expression.
    }
  })

  test('has no default that it would refuse itself', () => {
    for (const spec of Object.values(definition.inputs))
      if (spec.defaultText !== undefined) expect(() => spec.parse(spec.defaultText ?? '')).not.toThrow()
  })

  test('runs on Node 24 from the shared bundle, and finishes in post whatever became of main', () => {
    const dist = `${folderOf(definition) === '' ? '' : '../'}dist/${name}`
    expect(metadata.runs).toEqual({
      using: 'node24',
      main: `${dist}/index.js`,
      ...(definition.finishesInPost && { post: `${dist}/post.js`, 'post-if': 'always()' }),
    })
  })

  test('has a main, and a post exactly when a killed main may leave something behind', async () => {
    const action = mains[name]
    expect(action).toBeDefined()
    expect(action?.post !== undefined).toBe(definition.finishesInPost)
  })

  test('has no input that nobody reads', () => {
    const source = [`actions/${name}/main.ts`, ...useCases].map((file) => readFileSync(file, 'utf8')).join('\n')
    const unread = Object.keys(definition.inputs).filter((input) => !source.includes(input.includes('-') ? `['${input}']` : `.${input}`))
    expect(unread).toEqual([])
  })

  test('uses only inputs that exist in the examples of its page', () => {
    const used = examples(pageOf(definition)).flatMap((step) => stepsOf(step))
    const here = used.filter(({ uses }) => uses.startsWith(`org/deploy-kit${folderOf(definition) === '' ? '' : `/${name}`}@`))
    expect(here.length).toBeGreaterThan(0)
    for (const step of here) {
      expect(Object.keys(definition.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})))
      const required = Object.entries(definition.inputs).filter(([, spec]) => spec.required)
      expect(Object.keys(step.with ?? {})).toEqual(expect.arrayContaining(required.map(([input]) => input)))
    }
  })
})

test('every action has an action.yml where `uses:` looks for it, and there are no others', () => {
  expect(byName.map(([name]) => name)).toEqual(['build-image', 'scan-trivy', 'deploy-canary', 'smoke-test', 'auto-rollback', 'deploy-kit'])
  for (const definition of definitions) expect(existsSync(`${folderOf(definition)}action.yml`)).toBe(true)
  expect(Object.keys(mains).filter((name) => !byName.some(([known]) => known === name))).toEqual([])
})

test('the platforms that an input may name are those that are registered', () => {
  expect([...platformInputs]).toEqual(Object.keys(platforms))
})

interface Step {
  readonly uses: string
  readonly with?: Readonly<Record<string, unknown>>
}

/** The YAML of a page. */
const examples = (page: string): readonly unknown[] =>
  [...readFileSync(page, 'utf8').matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => parse(text) as unknown)

/** Every step with a `uses`, however deep it stands. */
const stepsOf = (value: unknown): readonly Step[] => {
  if (typeof value !== 'object' || value === null) return []
  const own = 'uses' in value && typeof value.uses === 'string' ? [value as Step] : []
  return [...own, ...Object.values(value).flatMap(stepsOf)]
}
