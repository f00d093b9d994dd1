import { roleText } from '../../packages/platforms/src/kubernetes/role/role-text.ts'
import type { GeneratedFile } from './generated-file.ts'

const head = `# What deploy-kit asks of a cluster, and nothing else, for the app \`shop\` in the environment \`production\`: the namespace, the Deployment, the
# Service and the route are called \`shop\` too. \`deploy-kit role\` prints the same for your deploy-kit.yml.
# Generated from packages/platforms/src/kubernetes/role/permissions.ts. Change that and run \`npm run generate\`.
`

/** The published role. */
export const kubernetesRole = (): GeneratedFile => ({
  path: 'docs/kubernetes/role.yaml',
  text: `${head}${roleText({ namespace: 'shop', app: 'shop', environment: 'production', workload: 'shop', service: 'shop', route: 'shop' })}`,
})
