import { roleText } from '../../packages/platforms/src/kubernetes/role/role-text.ts'
import type { GeneratedFile } from './generated-file.ts'

const head = `# What deploy-kit asks of a cluster, and nothing else, for the app \`shop\` in the environment \`production\`: the namespace, the Deployment, the
# Service, the route and the autoscaler are called \`shop\` too. \`deploy-kit role\` prints what your deploy-kit.yml needs of it, with its names.
# Generated from packages/platforms/src/kubernetes/role/permissions.ts. Change that and run \`npm run generate\`.
`

/** The published role. */
export const kubernetesRole = (): GeneratedFile => ({
  path: 'docs/kubernetes/role.yaml',
  text: `${head}${roleText({
    namespace: 'shop',
    app: 'shop',
    environment: 'production',
    workload: 'shop',
    service: 'shop',
    routes: ['shop'],
    autoscalers: ['shop'],
  })}`,
})
