import { KitError } from '@deploy-kit/core'
import { z } from 'zod'
import { scanPredicate, type ScanPredicate } from './predicate.ts'

/** What somebody says about a scan, and which digests that is about. */
export interface ScanRecord {
  readonly predicate: ScanPredicate
  readonly digests: readonly string[]
}

const statement = z.looseObject({
  _type: z.string().startsWith('https://in-toto.io/Statement/'),
  subject: z.array(z.looseObject({ digest: z.record(z.string(), z.string()) })),
  predicate: scanPredicate,
})

/** DSSE, in which statements are signed (github.com/secure-systems-lab/dsse, envelope.md); a Sigstore bundle has one inside. */
const envelope = z.looseObject({ payload: z.string(), payloadType: z.literal('application/vnd.in-toto+json') })
const bundle = z.looseObject({ mediaType: z.string().startsWith('application/vnd.dev.sigstore.bundle'), dsseEnvelope: envelope })

/** Whether something carries a signature that could be verified. */
export const isSigned = (value: unknown): boolean => bundle.safeParse(value).success

/**
 * A record in each of its forms: the predicate as scan-trivy writes it, the in-toto statement around it, the signed envelope around that, and
 * the Sigstore bundle around that. No signature is looked at here.
 * @throws KitError `scan-record-invalid`
 */
export const scanRecordOf = (value: unknown, source: string): ScanRecord => {
  const inner = unwrapped(value)
  const whole = statement.safeParse(inner)
  // The subject of a statement is what its signature is about, whatever the predicate says.
  if (whole.success) return { predicate: whole.data.predicate, digests: whole.data.subject.flatMap(({ digest }) => sha256Of(digest)) }
  const bare = scanPredicate.safeParse(inner)
  if (bare.success) return { predicate: bare.data, digests: bare.data.deployKit.digests }
  const [issue] = bare.error.issues
  throw new KitError(
    'scan-record-invalid',
    `\`${source}\` is no scan of deploy-kit: \`${issue?.path.join('.') ?? ''}\` ${issue?.message ?? ''}.`,
  )
}

const sha256Of = (digest: Readonly<Record<string, string>>): readonly string[] =>
  digest['sha256'] === undefined ? [] : [`sha256:${digest['sha256']}`]

const unwrapped = (value: unknown): unknown => {
  const signed = bundle.safeParse(value)
  const found = signed.success ? signed.data.dsseEnvelope : envelope.safeParse(value).data
  if (found === undefined) return value
  try {
    return JSON.parse(Buffer.from(found.payload, 'base64').toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
