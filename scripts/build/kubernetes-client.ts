import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Where the copy stands; `paths.json` sends the bundler there, and node_modules above it still serves what it imports. */
const folder = join(import.meta.dirname, '../../out/bundle/kubernetes-client')

/**
 * What is left of the official client in the bundle: how a kubeconfig is read and obeyed, and port-forwards. Its generated classes,
 * one for each kind and verb of the API, are 60 of its 62 MB; requests are sent without them (docs/adr/0008-kubernetes-client.md).
 */
const index = `export { KubeConfig } from './config.js'
export { PortForward } from './portforward.js'
`

/** Stands in for the generated classes. What would need one throws, and says why. */
const generated = `const absent = () => { throw new Error('the generated API classes are not part of this bundle (docs/adr/0008-kubernetes-client.md)') }
export const createConfiguration = absent
export class ServerConfiguration { constructor() { absent() } }
export class AppsV1Api {}
export class CoreV1Api {}
`

/** Logins that the platform has ways of its own for (api/credentials), with what they would bring: JSONPath, and clients of two clouds. */
const logins: Readonly<Record<string, string>> = {
  'azure_auth.js': 'AzureAuth',
  'gcp_auth.js': 'GoogleCloudPlatformAuth',
  'exec_auth.js': 'ExecAuth',
  'oidc_auth.js': 'OpenIDConnectAuth',
}

/** Copies the client without its generated classes. Done anew for each build, so that it is always the version that is installed. */
export const trimKubernetesClient = async (): Promise<void> => {
  const dist = dirname(createRequire(import.meta.url).resolve('@kubernetes/client-node'))
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'dist/gen'), { recursive: true })
  for (const name of await readdir(dist)) if (name.endsWith('.js')) await cp(join(dist, name), join(folder, 'dist', name))
  await cp(join(dist, '../package.json'), join(folder, 'package.json'))
  await cp(join(dist, '../LICENSE'), join(folder, 'LICENSE'))
  await writeFile(join(folder, 'dist/gen/index.js'), generated)
  // Middleware for those classes; a few lines.
  await cp(join(dist, 'gen/rxjsStub.js'), join(folder, 'dist/gen/rxjsStub.js'))
  for (const [file, name] of Object.entries(logins))
    await writeFile(join(folder, 'dist', file), `export class ${name} { isAuthProvider() { return false } }\n`)
  await writeFile(join(folder, 'dist/index.js'), index)
}
