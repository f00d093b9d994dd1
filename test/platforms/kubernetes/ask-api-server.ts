// Asks the API server of a kubeconfig one question, in a process with an environment of its own.
import { asKitError, silentLogger, single, systemClock } from '@deploy-kit/core'
import { connect, kubeClient, loadKubeConfig } from '../../../packages/platforms/src/kubernetes/api/index.ts'

const client = kubeClient(connect(loadKubeConfig({ kubeconfig: process.argv[2], insecure: false }, silentLogger)), systemClock)
const said = await client.get('/api/v1/namespaces/shop', { signal: new AbortController().signal, policy: single }).then(
  (found) => ({ found }),
  (error: unknown) => ({ code: asKitError(error).code, message: asKitError(error).message }),
)
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit(0))
