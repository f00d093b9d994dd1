import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { formatDuration, KitError, systemClock, type ActionHost, type Clock } from '@deploy-kit/core'
import { nameOf, parseReference } from '@deploy-kit/image'
import { shortDigest } from '@deploy-kit/rollout'
import type { ScanRecord } from '@deploy-kit/scan/predicate'
import type { ResolvedTarget } from '../config/resolve-target.ts'
import type { ResolvedImage } from '../kit/resolve-image.ts'
import { signerOf, type Signer, type SignerInputs } from './signer.ts'
import { attestedRecords, verifyBundle, type VerifyPorts } from './verify.ts'

/** What the inputs say about the scan that a release needs. */
export interface ScanRecordInputs extends SignerInputs {
  readonly 'scan-record': string | undefined
  readonly 'scan-max-age': number | undefined
}

const usualMaxAgeMs = 24 * 60 * 60 * 1_000

/**
 * Makes sure that what is to be released was scanned and passed, when the configuration or an input asks for it. A record
 * that is given is looked at even when nobody asks. Where a signer is named, nothing is believed that they have not signed.
 * @throws KitError `scan-record-missing`, `scan-record-invalid`, `scan-record-unverified`, `scan-of-another-digest`, `scan-too-old`,
 * `scan-not-passed`, `tool-missing` without cosign, `input-invalid`
 */
export const requireScanned = async (
  { configured, directory }: ResolvedTarget,
  inputs: ScanRecordInputs,
  image: ResolvedImage,
  host: ActionHost,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> => {
  const signer = signerOf(inputs, configured?.scan, { workspace: host.workspace, directory })
  const maxAgeMs = inputs['scan-max-age'] ?? configured?.scan?.['max-age']
  const file = inputs['scan-record']
  if (file === undefined && maxAgeMs === undefined && signer === undefined) return
  const ports = { temporaryDirectory: host.temporaryDirectory, environment: process.env, signal }
  const { record, source } =
    file === undefined ? await fromRegistry(image, signer, maxAgeMs, ports) : await fromFile(file, image, signer, host, ports)
  const { requireScan } = await import('@deploy-kit/scan/predicate')
  requireScan(record, { digest: image.digest, maxAgeMs: maxAgeMs ?? usualMaxAgeMs, source }, clock)
  const { scanner, metadata } = record.predicate
  const by = signer === undefined ? '' : `, as ${signer.name} has signed`
  host.log.info(`${shortDigest(image.digest)} passed its scan by Trivy ${scanner.version} at ${metadata.scanFinishedOn}${by}.`)
}

interface Found {
  readonly record: ScanRecord
  readonly source: string
}

const fromFile = async (
  file: string,
  { digest }: ResolvedImage,
  signer: Signer | undefined,
  { workspace }: ActionHost,
  ports: VerifyPorts,
): Promise<Found> => {
  const { isSigned, scanRecordOf } = await import('@deploy-kit/scan/predicate')
  const text = await readFile(resolve(workspace, file), 'utf8').catch((error: unknown) => {
    throw new KitError('scan-record-invalid', `\`${file}\` cannot be read.`, { cause: error })
  })
  const value = asJson(text, file)
  const record = scanRecordOf(value, file)
  // Nobody's signature makes it a record of this digest, so this needs no cosign.
  if (signer === undefined || !record.digests.includes(digest)) return { record, source: file }
  if (!isSigned(value))
    throw new KitError('scan-record-unverified', `\`${file}\` is no Sigstore bundle: nobody has signed it, and ${signer.name} should have.`)
  await verifyBundle(text, digest, signer, ports)
  return { record, source: file }
}

const asJson = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new KitError('scan-record-invalid', `\`${file}\` is not JSON.`, { cause: error })
  }
}

/** Of several scans that were attested, the last one counts: more was known by then. */
const fromRegistry = async (
  { image, digest }: ResolvedImage,
  signer: Signer | undefined,
  maxAgeMs: number | undefined,
  ports: VerifyPorts,
): Promise<Found> => {
  const isLayout = existsSync(join(image, 'oci-layout'))
  if (signer === undefined || isLayout) {
    const within = maxAgeMs === undefined ? '' : ` within ${formatDuration(maxAgeMs)}`
    const where = isLayout && signer !== undefined ? ', and a layout has no registry to ask for one' : ''
    throw new KitError(
      'scan-record-missing',
      `A scan of ${shortDigest(digest)}${within} is asked for, and \`scan-record\` names none${where}.`,
    )
  }
  const { scanRecordOf } = await import('@deploy-kit/scan/predicate')
  const name = nameOf(parseReference(image))
  const source = `${name}@${digest}`
  const records = (await attestedRecords(name, digest, signer, ports)).map((value) => scanRecordOf(value, source))
  const [last] = records.toSorted((a, b) => finishedAt(b) - finishedAt(a))
  if (last === undefined)
    throw new KitError('scan-record-unverified', `No scan of ${source} is signed by ${signer.name}: cosign showed none.`)
  return { record: last, source }
}

const finishedAt = ({ predicate }: ScanRecord): number => Date.parse(predicate.metadata.scanFinishedOn)
