import { KitError } from '@deploy-kit/core'
import { supervise, type Finished } from '@deploy-kit/core/process'
import { complaintOf } from './complaint.ts'

/** How Trivy is started. */
export interface TrivyPorts {
  /** Directory without a trivy.yaml or .trivyignore, which Trivy would read unasked; also its HOME, and where it puts its own temporary files. */
  readonly workDirectory: string
  /** Trivy's own cache: the database lives here. */
  readonly cacheDirectory: string
  /** The environment of this process, of which little is handed on. */
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  /** Hears what Trivy prints. */
  readonly onLine?: (line: string) => void
}

/** A scanner reads what others wrote, so it gets no token, no cloud key and nothing that changes its result. */
const handedOn = [
  'PATH',
  'SYSTEMROOT',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

/**
 * Runs Trivy once, under a deadline that ends in SIGKILL: while it waits for a mirror it ignores SIGTERM, and its own
 * --timeout does not cover the download of the database.
 * @throws KitError `trivy-missing`, `trivy-failed`, `trivy-database-unavailable`, `scan-timeout`
 */
export const runTrivy = async (
  program: string,
  argv: readonly string[],
  deadlineMs: number,
  ports: TrivyPorts,
  extra: NodeJS.ProcessEnv = {},
): Promise<Finished> => {
  const finished = await supervise(program, argv, {
    cwd: ports.workDirectory,
    env: { ...environmentOf(ports), ...extra },
    deadlineMs,
    signal: ports.signal,
    ...(ports.onLine !== undefined && { onLine: ports.onLine }),
  }).catch((error: unknown) => {
    throw error instanceof KitError ? inOurWords(error) : error
  })
  if (finished.exitCode !== 0) throw failureOf(program, finished, ports.cacheDirectory)
  return finished
}

// By environment and not by flag, since an older Trivy refuses a flag that it does not know.
const environmentOf = ({ environment, workDirectory, cacheDirectory }: TrivyPorts): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(handedOn.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]))),
  HOME: workDirectory,
  TMPDIR: workDirectory,
  TEMP: workDirectory,
  TRIVY_CACHE_DIR: cacheDirectory,
  TRIVY_DISABLE_TELEMETRY: 'true',
  TRIVY_SKIP_VERSION_CHECK: 'true',
  TRIVY_NO_PROGRESS: 'true',
})

const inOurWords = (error: KitError): KitError => {
  if (error.code === 'tool-timeout') return new KitError('scan-timeout', error.message, { cause: error.cause })
  if (error.code === 'tool-missing') return new KitError('trivy-missing', error.message, { cause: error.cause })
  return error.code === 'tool-failed' ? new KitError('trivy-failed', error.message, { cause: error.cause }) : error
}

const failureOf = (program: string, { exitCode, stderr }: Finished, cacheDirectory: string): KitError => {
  const { text, isAboutDatabase } = complaintOf(stderr)
  const said = text === '' ? 'It said nothing.' : `It says: ${text}`
  return isAboutDatabase
    ? new KitError(
        'trivy-database-unavailable',
        `\`${program}\` ended with status ${exitCode}; its cache is \`${cacheDirectory}\`. ${said}`,
      )
    : new KitError('trivy-failed', `\`${program}\` ended with status ${exitCode}. ${said}`)
}
