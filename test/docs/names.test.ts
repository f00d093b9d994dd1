import { existsSync, globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { reasonCodes } from '@deploy-kit/core'
import { parseDocument } from 'yaml'
import { definitions } from '../../actions/catalogue.ts'
import { checkYaml } from '@deploy-kit/core/yaml'
import { configSchema } from '../../packages/release/src/config/schema.ts'
import { commandsOf, type CommandHelp } from '../../scripts/generate/help-text.ts'
import { action, workflow, type Input } from '../workflows/repository.ts'
import { codeOf, fencesOf, pages, textOf } from './pages.ts'

/** Pages for people; what is generated from a source says what the source says. */
const written = pages.filter((page) => !page.startsWith('docs/reason-codes/'))
const examples = written.flatMap((page) => fencesOf(page).map(({ language, text }) => ({ page, language, text })))
const commands = commandsOf()

/** What a shell would be given after `deploy-kit`, in inline code and in fenced blocks. */
const callsIn = (page: string): readonly string[] => {
  const shell = fencesOf(page).filter(({ language }) => ['sh', 'console', 'bash'].includes(language))
  const lines = [...codeOf(page), ...shell.flatMap(({ text }) => text.split('\n'))]
  return lines.flatMap((line) => /(?:^|\s)deploy-kit (?:-- )?((?!-- )[a-z<].*)$/.exec(line)?.[1] ?? [])
}

const faultOfCall = (call: string, all: readonly CommandHelp[]): string | undefined => {
  // What follows a pipe, a comment or a quote is not ours.
  const words =
    call
      .split(/\s[|#>&]|\s2>|;/, 1)[0]
      ?.replaceAll(/'[^']*'|"[^"]*"/g, "''")
      .split(/\s+/) ?? []
  const command = all.find(({ name }) => name === words[0])
  if (command === undefined) return `deploy-kit has no command ${words[0] ?? ''}`
  const flag = words.find((word) => word.startsWith('--') && !['--help', ...command.flags.map(({ name }) => name)].includes(word))
  return flag === undefined ? undefined : `deploy-kit ${command.name} has no flag ${flag}`
}

describe('the command line', () => {
  test.each(written)('%s: commands and flags exist', (page) => {
    expect(callsIn(page).flatMap((call) => faultOfCall(call, commands) ?? [])).toEqual([])
  })

  test('a misspelt command or flag would be found, and there is something to look at', () => {
    expect(faultOfCall("rollbak --reason 'x'", commands)).toBe('deploy-kit has no command rollbak')
    expect(faultOfCall("rollback --reson 'x' | jq", commands)).toBe('deploy-kit rollback has no flag --reson')
    expect(written.flatMap(callsIn).length).toBeGreaterThan(15)
  })

  test('a flag that is named alone belongs to some command', () => {
    const flags = new Set([...commands.flatMap((command) => command.flags.map(({ name }) => name)), '--help'])
    const named = ['README.md', ...written.filter((page) => /^docs\/[^/]+\.md$/.test(page))].flatMap(codeOf)
    const alone = named.flatMap((code) => /^(--[a-z-]+)(?:\s.*)?$/.exec(code)?.[1] ?? [])
    expect(alone.filter((flag) => !flags.has(flag))).toEqual([])
  })

  test('npm has the scripts that are named', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> }
    const named = written.flatMap((page) =>
      [...textOf(page).matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, name = '']) => name),
    )
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
    expect(named.length).toBeGreaterThan(10)
  })
})

/** Every mapping in a YAML text that says `uses:`, however deep. */
const usesIn = (text: string): readonly { readonly uses: string; readonly with: Readonly<Record<string, unknown>> }[] => {
  const value: unknown = parseDocument(text).toJS()
  const walk = (node: unknown): ReturnType<typeof usesIn> => {
    if (typeof node !== 'object' || node === null) return []
    const below = Object.values(node).flatMap(walk)
    if (!('uses' in node) || typeof node.uses !== 'string') return below
    return [{ uses: node.uses, with: 'with' in node ? (node.with as Record<string, unknown>) : {} }, ...below]
  }
  return walk(value)
}

/** The inputs of what is used, undefined for what is not ours. */
const inputsOf = (uses: string): Readonly<Record<string, Input>> | undefined => {
  const [, path] = /^(?:org\/deploy-kit)\/?([^@]*)@v1$/.exec(uses) ?? []
  if (path === undefined) return undefined
  if (path.endsWith('.yml')) return workflow(path).on['workflow_call']?.inputs ?? {}
  return action(path === '' ? '.' : path).inputs ?? {}
}

describe('examples of workflows', () => {
  const used = examples
    .filter(({ language }) => /^ya?ml$/.test(language))
    .flatMap(({ page, text }) => usesIn(text).map(({ uses, with: given }) => ({ page, uses, given })))
  const ours = used.flatMap(({ page, uses, given }) => {
    const inputs = inputsOf(uses)
    return inputs === undefined ? [] : [{ page, uses, given, inputs }]
  })

  test.each(ours.map((one) => [`${one.page}: ${one.uses}`, one] as const))('%s is given what it knows and what it needs', (_, one) => {
    const given = Object.keys(one.given)
    expect(given.filter((name) => one.inputs[name] === undefined)).toEqual([])
    const required = Object.entries(one.inputs).flatMap(([name, input]) => (input.required === true ? [name] : []))
    expect(required.filter((name) => !given.includes(name))).toEqual([])
  })

  test('there is something to look at', () => {
    expect(ours.length).toBeGreaterThan(8)
  })
})

describe('examples of deploy-kit.yml', () => {
  const files = examples.filter(({ text }) => /^environments:/m.test(text))

  test.each(files.map(({ page, text }, index) => [`${page}, ${index + 1}`, text] as const))('%s is taken', (name, text) => {
    expect(checkYaml(text, name, configSchema)).toMatchObject({ value: expect.anything() })
  })

  test('there are some', () => {
    expect(files.length).toBeGreaterThanOrEqual(2)
  })
})

test('a link to a reason code says its code', () => {
  const links = written.flatMap((page) => [...textOf(page).matchAll(/\[`([a-z-]+)`\]\([^)]*reason-codes\/([a-z-]+)\.md\)/g)])
  expect(links.filter(([, text = '', code]) => text !== code || !Object.hasOwn(reasonCodes, text)).map(([link]) => link)).toEqual([])
  expect(links.length).toBeGreaterThan(10)
})

test('files that are named are there', () => {
  const named = written
    .filter((page) => !page.startsWith('packages/') && !page.startsWith('docs/adr/'))
    .flatMap((page) =>
      codeOf(page).flatMap((code) => (/^(?:test|packages|scripts|actions|bench|schema|\.github)\/[\w./-]+\.\w+$/.test(code) ? [code] : [])),
    )
  expect(named.filter((path) => !existsSync(path))).toEqual([])
  expect(named.length).toBeGreaterThan(20)
})

test('the picture of the packages shows the imports that there are', () => {
  const drawn = [
    ...(fencesOf('docs/architecture.md').find(({ text }) => text.startsWith('graph'))?.text ?? '').matchAll(/(\w+) --> (\w+)/g),
  ]
    .map(([, from, to]) => `${from} ${to}`)
    .toSorted()
  const real = globSync('packages/*/package.json').flatMap((path) => {
    const { name, dependencies = {} } = JSON.parse(readFileSync(path, 'utf8')) as { readonly name: string; readonly dependencies?: object }
    const ours = Object.keys(dependencies).filter(
      (dependency) => dependency.startsWith('@deploy-kit/') && dependency !== '@deploy-kit/core',
    )
    return ours.map((dependency) => `${name} ${dependency}`.replaceAll('@deploy-kit/', ''))
  })
  expect(drawn).toEqual([...real, 'actions cli', 'actions release'].toSorted())
})

test('the README names every action', () => {
  for (const { name } of definitions)
    expect(textOf('README.md')).toContain(name === 'deploy-kit' ? 'docs/deploy-kit-action.md' : `${name}/README.md`)
})
