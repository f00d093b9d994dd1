import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** A flag or an argument, as the help shows it. */
export interface Term {
  /** `--steps`, or the name of an argument. */
  readonly name: string
  /** What follows a flag: `<text>`, `[path]`, or nothing. */
  readonly value: string
  readonly about: string
  readonly fallback: string | undefined
}

export interface CommandHelp {
  readonly name: string
  readonly usage: string
  readonly about: string
  readonly arguments: readonly Term[]
  readonly flags: readonly Term[]
}

/** Every command of the command line with its flags, read from the help that people see. */
export const commandsOf = (): readonly CommandHelp[] => {
  const program = pages([]).get('') ?? ''
  const names = termsIn(program, 'Commands').flatMap(({ name }) => (name === 'help' ? [] : [name]))
  const help = pages(names)
  return names.map((name) => commandIn(name, help.get(name) ?? ''))
}

const pages = (names: readonly string[]): ReadonlyMap<string, string> => {
  const text = execFileSync(process.execPath, ['--conditions=source', join(import.meta.dirname, 'print-help.ts'), ...names], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' },
  })
  return new Map(
    text
      .split('\f')
      .slice(1)
      .map((page) => [page.slice(0, page.indexOf('\n')), page.slice(page.indexOf('\n') + 1)]),
  )
}

const commandIn = (name: string, help: string): CommandHelp => {
  const [usage = '', about = ''] = help.split('\n\n').map((paragraph) => paragraph.replaceAll(/\s*\n\s*/g, ' ').trim())
  const flags = termsIn(help, 'Options').filter((flag) => flag.name !== '--help')
  return { name, usage: usage.replace(/^Usage: /, ''), about, arguments: termsIn(help, 'Arguments'), flags }
}

/** The terms below a heading. A long description goes on in lines that begin further to the right. */
const termsIn = (help: string, heading: string): readonly Term[] => {
  const section = new RegExp(`^${heading}:\n((?:  .*\n?)+)`, 'm').exec(help)?.[1] ?? ''
  const joined = section.replaceAll(/\n {3,}/g, ' ')
  return joined
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, term = '', about = ''] = /^ {2}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
      // `-h, --help` goes by its long name.
      const [name = '', ...value] = term.replace(/^-\w, /, '').split(' ')
      const fallback = /\(default: (.*)\)$/.exec(about)?.[1]
      return {
        name,
        value: value.join(' '),
        about: about.replace(/ ?\(default: .*\)$/, ''),
        fallback: fallback?.startsWith('"') === true ? (JSON.parse(fallback) as string) : fallback,
      }
    })
}
