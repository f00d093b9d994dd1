import type { ActionDefinition, InputSpec } from '@deploy-kit/core'
import { stringify } from 'yaml'
import type { GeneratedFile } from './generated-file.ts'

/** The runtime of the actions, in this one place: the runner knows no newer one (actions/runner, ActionManifestManager). */
const runtime = 'node24'

/** The action of the repository itself has its action.yml at the root. */
const isRoot = (definition: ActionDefinition): boolean => definition.name === 'deploy-kit'

/** Folder of the public face of an action, '' for the root action. */
export const folderOf = (definition: ActionDefinition): string => (isRoot(definition) ? '' : `${definition.name}/`)

/** `action.yml` as the runner reads it. */
export const actionMetadata = (definition: ActionDefinition): GeneratedFile => {
  const dist = `${isRoot(definition) ? '' : '../'}dist/${definition.name}`
  const metadata = {
    name: definition.title,
    description: definition.summary,
    author: 'deploy-kit contributors',
    branding: definition.branding,
    inputs: Object.fromEntries(Object.entries(definition.inputs).map(([name, spec]) => [name, inputMetadata(spec)])),
    outputs: Object.fromEntries(Object.entries(definition.outputs).map(([name, description]) => [name, { description }])),
    runs: {
      using: runtime,
      main: `${dist}/index.js`,
      ...(definition.finishesInPost && { post: `${dist}/post.js`, 'post-if': 'always()' }),
    },
  }
  const notice = `# Generated from actions/${definition.name}/action.ts. Change that and run \`npm run generate\`.\n`
  return { path: `${folderOf(definition)}action.yml`, text: notice + stringify(metadata, { lineWidth: 0 }) }
}

/** An input as action.yml declares it. */
export const inputMetadata = (spec: InputSpec<unknown>) => ({
  // "Allowed: any text" would tell nobody anything.
  description: spec.allowed === `a ${spec.kind}` || spec.allowed === 'any text' ? spec.about : `${spec.about} Allowed: ${spec.allowed}.`,
  required: spec.required,
  ...(spec.defaultText !== undefined && { default: spec.defaultText }),
})
