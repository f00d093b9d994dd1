import { KitError } from '@deploy-kit/core'
import { lastLines, supervise } from '@deploy-kit/core/process'
import type { KubernetesOptions } from '../options.ts'

/** The program `helm` on PATH, for one release. */
export interface Helm {
  /** `v3.20.0+g…`. @throws KitError `tool-missing` */
  version(signal: AbortSignal): Promise<string>
  /**
   * What a command prints. The namespace and how to reach the cluster are added; values go in by standard input, because they may hold secrets.
   * @throws KitError `tool-missing`, `helm-failed` with what helm said
   */
  run(argv: readonly string[], signal: AbortSignal, input?: string): Promise<string>
}

const withinMs = 300_000
const missing = 'Install Helm 3 in an earlier step of the job, such as with azure/setup-helm.'

export const helmProgram = (
  options: Pick<KubernetesOptions, 'namespace' | 'kubeconfig' | 'context' | 'insecure-skip-tls-verify'>,
): Helm => {
  const reach = [
    '--namespace',
    options.namespace,
    ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', options.kubeconfig]),
    ...(options.context === undefined ? [] : ['--kube-context', options.context]),
    ...(options['insecure-skip-tls-verify'] ? ['--kube-insecure-skip-tls-verify'] : []),
  ]
  return {
    version: async (signal) => (await started(['version', '--short'], signal, undefined)).trim(),
    run: (argv, signal, input) => started([...argv, ...reach], signal, input),
  }
}

const started = async (argv: readonly string[], signal: AbortSignal, input: string | undefined): Promise<string> => {
  const { exitCode, stdout, stderr } = await supervise('helm', argv, {
    deadlineMs: withinMs,
    signal,
    ...(input !== undefined && { input }),
  }).catch((error: unknown) => {
    if (error instanceof KitError && error.code === 'tool-missing')
      throw new KitError('tool-missing', '`helm` of the platform needs the program helm, which is not on PATH.', {
        cause: error,
        remedy: missing,
      })
    throw error
  })
  if (exitCode !== 0) throw new KitError('helm-failed', `helm ${argv[0] ?? ''} ended with status ${exitCode}: ${lastLines(stderr)}`)
  return stdout
}
