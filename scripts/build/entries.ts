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

/** People start the command line with a Node of their own: one that is too old is told so, before the bundle breaks on it. */
export const commandLineEntry: Entry = {
  path: 'cli/index.js',
  text: `const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(\`deploy-kit needs Node 20.18 or newer; this is Node \${process.versions.node}. Start it by npm run deploy-kit, which brings its own.\`)
  process.exit(1)
}
const { cli } = await import('../index.js')

await cli()
`,
}
