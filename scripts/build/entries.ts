import type { ActionDefinition } from '@deploy-kit/core'

/** A file that the runner starts: a few lines that call the shared bundle. */
export interface Entry {
  /** Path inside dist. */
  readonly path: string
  readonly text: string
}

/** The entries of an action, as its action.yml names them. */
export const entriesOf = (definition: ActionDefinition): readonly Entry[] => [
  { path: `${definition.name}/index.js`, text: `import { run } from '../index.js'\n\nawait run('${definition.name}')\n` },
  ...(definition.finishesInPost
    ? [{ path: `${definition.name}/post.js`, text: `import { run } from '../index.js'\n\nawait run('${definition.name}', 'post')\n` }]
    : []),
]

export const commandLineEntry: Entry = { path: 'cli/index.js', text: `import { cli } from '../index.js'\n\nawait cli()\n` }
