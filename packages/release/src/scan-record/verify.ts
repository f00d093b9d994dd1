import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError } from '@deploy-kit/core'
import { lastLines, supervise } from '@deploy-kit/core/process'
import { predicateType } from '@deploy-kit/scan/predicate'
import type { Signer } from './signer.ts'

/** What cosign runs with. */
export interface VerifyPorts {
  readonly temporaryDirectory: string
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

const verifiesWithinMs = 120_000

/**
 * Makes sure that a Sigstore bundle holds a record of a scan of a digest, signed by somebody.
 * @throws KitError `scan-record-unverified`; `tool-missing` without cosign, `tool-timeout`
 */
export const verifyBundle = async (text: string, digest: string, signer: Signer, ports: VerifyPorts): Promise<void> => {
  const room = await mkdtemp(join(ports.temporaryDirectory, 'scan-record-'))
  try {
    // What was read is what is verified: a file may be another one a moment later.
    const file = join(room, 'bundle.json')
    await writeFile(file, text)
    const [algorithm = '', hex = ''] = digest.split(':')
    await cosign(['verify-blob-attestation', '--bundle', file, `--digest=${hex}`, `--digestAlg=${algorithm}`], digest, signer, ports)
  } finally {
    await rm(room, { recursive: true, force: true })
  }
}

/**
 * The records of scans that the registry has beside an image, in their envelopes, as far as they are signed by somebody.
 * @throws KitError `scan-record-unverified` when there is none; `tool-missing` without cosign, `tool-timeout`
 */
export const attestedRecords = async (name: string, digest: string, signer: Signer, ports: VerifyPorts): Promise<readonly unknown[]> => {
  // A registry on this machine speaks HTTP.
  const plain = /^(?:127(?:\.\d+){3}|localhost)(?::\d+)?\//.test(name) ? ['--allow-http-registry'] : []
  const said = await cosign(['verify-attestation', '--output=json', ...plain], digest, signer, ports, `${name}@${digest}`)
  const lines = said.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as unknown)
}

const cosign = async (
  [command, ...argv]: readonly [string, ...string[]],
  digest: string,
  signer: Signer,
  { environment, signal }: VerifyPorts,
  ...subject: readonly string[]
): Promise<string> => {
  const all = [command, ...argv, `--type=${predicateType}`, ...signer.arguments, ...subject]
  const { exitCode, stdout, stderr } = await supervise('cosign', all, { env: environment, deadlineMs: verifiesWithinMs, signal })
  if (exitCode === 0) return stdout
  throw new KitError(
    'scan-record-unverified',
    `No scan of ${digest} is signed by ${signer.name}: \`cosign ${command}\` ended with status ${exitCode}: ${lastLines(stderr, 3) || 'it said nothing.'}`,
  )
}
