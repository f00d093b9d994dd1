import { readFile } from 'node:fs/promises'
import { formatDuration, KitError, type Clock } from '@deploy-kit/core'
import { z } from 'zod'
import { scanPredicate, type ScanPredicate } from './predicate.ts'

/** What a release asks of the scan of what it releases. */
export interface ScanRequirement {
  /** The file: a predicate as scan-trivy writes it, or the in-toto statement around it that was verified. */
  readonly record: string
  readonly digest: string
  readonly maxAgeMs: number
}

const statement = z.looseObject({
  _type: z.string().startsWith('https://in-toto.io/Statement/'),
  subject: z.array(z.looseObject({ digest: z.record(z.string(), z.string()) })),
  predicate: scanPredicate,
})

/**
 * Makes sure that a digest was scanned, not too long ago, and passed. Whether the file says the truth is not asked here: it is
 * handed on inside a run, or its signature was verified before (docs/scan-trivy.md#require-a-scan-before-a-release).
 * @throws KitError `scan-record-invalid`, `scan-of-another-digest`, `scan-too-old`, `scan-not-passed`
 */
export const requireScan = async ({ record, digest, maxAgeMs }: ScanRequirement, clock: Clock): Promise<ScanPredicate> => {
  const { predicate, digests } = await readRecord(record)
  const { verdict, subject, failing } = predicate.deployKit
  if (!digests.includes(digest))
    throw new KitError('scan-of-another-digest', `\`${record}\` is about ${digests.join(', ') || 'no image'}; ${digest} is to be released.`)
  const ageMs = clock.now() - Date.parse(predicate.metadata.scanFinishedOn)
  // A clock may differ a little from the one of the machine that scanned.
  if (ageMs > maxAgeMs || ageMs < -toleranceMs) {
    const age = ageMs < 0 ? `${formatDuration(-ageMs)} in the future` : `${formatDuration(ageMs)} old`
    throw new KitError('scan-too-old', `The scan of ${subject} in \`${record}\` is ${age}; ${formatDuration(maxAgeMs)} are allowed.`)
  }
  if (verdict !== 'pass') throw new KitError('scan-not-passed', `The scan of ${subject} in \`${record}\` failed: ${failing} findings.`)
  return predicate
}

const toleranceMs = 5 * 60 * 1_000

const readRecord = async (file: string): Promise<{ readonly predicate: ScanPredicate; readonly digests: readonly string[] }> => {
  const value = await readFile(file, 'utf8')
    .then((text): unknown => JSON.parse(text))
    .catch((error: unknown) => {
      throw new KitError('scan-record-invalid', `\`${file}\` cannot be read.`, { cause: error })
    })
  const whole = statement.safeParse(value)
  // The subject of a statement is what its signature is about, whatever the predicate says.
  if (whole.success)
    return {
      predicate: whole.data.predicate,
      digests: whole.data.subject.flatMap(({ digest }) => (digest['sha256'] === undefined ? [] : [`sha256:${digest['sha256']}`])),
    }
  const bare = scanPredicate.safeParse(value)
  if (bare.success) return { predicate: bare.data, digests: bare.data.deployKit.digests }
  const [issue] = bare.error.issues
  throw new KitError(
    'scan-record-invalid',
    `\`${file}\` is no scan of deploy-kit: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`,
  )
}
