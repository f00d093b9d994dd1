import { readFile } from 'node:fs/promises'
import { outcomeOutputs, table, type ActionDefinition } from '@deploy-kit/core'
import { folderOf } from './action-metadata.ts'
import type { GeneratedFile } from './generated-file.ts'
import { fillBlock } from './marked-block.ts'

/** The page of an action. README.md of the repository is the product's, so the root action has a page of its own. */
export const pageOf = (definition: ActionDefinition): string =>
  folderOf(definition) === '' ? 'docs/deploy-kit-action.md' : `${folderOf(definition)}README.md`

/** The page with its tables filled in; the prose around them is written by hand. */
export const actionPage = async (definition: ActionDefinition): Promise<GeneratedFile> => {
  const path = pageOf(definition)
  let text = await readFile(path, 'utf8')
  for (const [name, content] of Object.entries(tables(definition))) text = fillBlock(path, text, name, content)
  return { path, text }
}

const tables = (definition: ActionDefinition): Readonly<Record<string, string>> => ({
  inputs: table(
    ['Input', 'Allowed', 'Default', 'Meaning'],
    Object.entries(definition.inputs).map(([name, spec]) => [
      code(name),
      cell(spec.allowed),
      spec.defaultText === undefined ? (spec.required ? '**required**' : '') : code(spec.defaultText),
      cell(spec.about),
    ]),
  ),
  outputs: table(
    ['Output', 'Meaning'],
    // An action's own outputs first: the four that all actions have are the same everywhere.
    Object.entries(definition.outputs)
      .toSorted(([a], [b]) => Number(a in outcomeOutputs) - Number(b in outcomeOutputs))
      .map(([name, about]) => [code(name), cell(about)]),
  ),
  permissions:
    Object.keys(definition.permissions).length === 0
      ? 'None.'
      : table(
          ['Permission', 'Level', 'Reason'],
          Object.entries(definition.permissions).map(([name, [level, reason]]) => [code(name), level, cell(reason)]),
        ),
  hosts:
    Object.keys(definition.hosts).length === 0
      ? 'None.'
      : table(
          ['Host', 'Reason'],
          Object.entries(definition.hosts).map(([host, reason]) => [cell(host), cell(reason)]),
        ),
})

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '<br>')
const code = (text: string): string =>
  text
    .split('\n')
    .map((line) => `\`${cell(line)}\``)
    .join('<br>')
