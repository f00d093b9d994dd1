import { readFile } from 'node:fs/promises'
import { table } from '@deploy-kit/core'
import type { GeneratedFile } from './generated-file.ts'
import { commandsOf, type CommandHelp, type Term } from './help-text.ts'
import { fillBlock } from './marked-block.ts'

const page = 'docs/command-line.md'

/** docs/command-line.md with every command and its flags, as the help of the command line shows them. */
export const commandPage = async (): Promise<GeneratedFile> => {
  const commands = commandsOf()
  const overview = table(
    ['Command', 'What it does'],
    commands.map(({ name, about }) => [`[\`${name}\`](#${name})`, about]),
  )
  const text = fillBlock(page, await readFile(page, 'utf8'), 'overview', overview)
  return { path: page, text: fillBlock(page, text, 'commands', commands.map((command) => section(command, commands)).join('\n\n')) }
}

const section = (command: CommandHelp, all: readonly CommandHelp[]): string => {
  const { name, usage, flags } = command
  const parts = [`### ${name}`, `\`${usage}\``]
  if (command.arguments.length > 0) parts.push(termTable('Argument', command.arguments))
  const like = all.find((other) => other.name !== name && speaksFor(other, command, all))
  if (like !== undefined) parts.push(sameAs(like, flags))
  else if (flags.length > 0) parts.push(termTable('Flag', flags))
  return parts.join('\n\n')
}

/** Whether the flags of a command are among those of another one, which is the larger of the two or comes first. */
const speaksFor = (other: CommandHelp, { name, flags }: CommandHelp, all: readonly CommandHelp[]): boolean => {
  if (flags.length < 4 || !flags.every((flag) => other.flags.some((its) => isSame(flag, its)))) return false
  const isFirst = all.findIndex((one) => one.name === other.name) < all.findIndex((one) => one.name === name)
  return other.flags.length > flags.length || isFirst
}

const isSame = (a: Term, b: Term): boolean => a.name === b.name && a.value === b.value && a.about === b.about && a.fallback === b.fallback

const sameAs = ({ name, flags }: CommandHelp, own: readonly Term[]): string => {
  const without = flags.filter((flag) => !own.some((its) => its.name === flag.name)).map((flag) => `\`${flag.name}\``)
  return `The flags of [\`${name}\`](#${name})${without.length === 0 ? '.' : `, without ${without.join(', ')}.`}`
}

const termTable = (head: string, terms: readonly Term[]): string =>
  table(
    [head, 'Default', 'Meaning'],
    terms.map(({ name, value, about, fallback }) => [
      `\`${value === '' ? name : `${name} ${value}`}\``,
      fallback === undefined ? '' : `\`${fallback}\``,
      about.replaceAll('|', '\\|').replaceAll('<', '\\<'),
    ]),
  )
