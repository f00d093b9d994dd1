import { z } from 'zod'
import { severities, type Severity } from '../severity.ts'

/** The standard type of scan results in in-toto (github.com/in-toto/attestation, predicates/vulns.md). */
export const predicateType = 'https://in-toto.io/attestation/vulns/v0.2'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/**
 * The result of a scan as a predicate that can be attested. The first two fields are the standard's; `deployKit` holds what
 * it has no place for: which digest, and the verdict of the gate. Readers of the standard leave it alone.
 */
export const scanPredicate = z.looseObject({
  scanner: z.looseObject({
    uri: z.string(),
    version: z.string(),
    db: z.looseObject({ uri: z.string(), version: z.string(), lastUpdate: z.string() }).optional(),
    result: z.array(z.looseObject({ id: z.string(), severity: z.array(z.looseObject({ method: z.string(), score: z.string() })) })),
  }),
  metadata: z.looseObject({ scanStartedOn: z.iso.datetime(), scanFinishedOn: z.iso.datetime() }),
  deployKit: z.looseObject({
    version: z.literal(1),
    subject: z.string(),
    /** What was scanned, and each platform of it. */
    digests: z.array(digest),
    verdict: z.enum(['pass', 'fail']),
    reasonCode: z.string(),
    gate: z.looseObject({}),
    counts: z.record(z.enum(severities), z.int().min(0)),
    failing: z.int().min(0),
    suppressed: z.int().min(0),
  }),
})

export type ScanPredicate = z.infer<typeof scanPredicate>

/** What a predicate is made of. */
export interface PredicateFacts {
  readonly subject: string
  readonly digests: readonly string[]
  readonly trivyVersion: string
  readonly database: { readonly updatedAt: number; readonly source: string } | undefined
  readonly startedAt: number
  readonly endedAt: number
  readonly verdict: 'pass' | 'fail'
  readonly reasonCode: string
  readonly gate: Readonly<Record<string, unknown>>
  readonly counts: Readonly<Record<Severity, number>>
  readonly findings: readonly { readonly id: string; readonly severity: Severity; readonly score?: number }[]
  readonly failing: number
  readonly suppressed: number
}

export const predicateOf = (facts: PredicateFacts): ScanPredicate => ({
  scanner: {
    uri: `pkg:github/aquasecurity/trivy@${facts.trivyVersion}`,
    version: facts.trivyVersion,
    ...(facts.database !== undefined && {
      // A URI, which the words for our own caches are not.
      db: {
        uri: facts.database.source.includes('/') ? `oci://${facts.database.source}` : 'pkg:oci/trivy-db',
        version: '2',
        lastUpdate: new Date(facts.database.updatedAt).toISOString(),
      },
    }),
    result: facts.findings.map(({ id, severity, score }) => ({
      id,
      severity: [{ method: 'trivy', score: severity }, ...(score === undefined ? [] : [{ method: 'cvss', score: String(score) }])],
    })),
  },
  metadata: { scanStartedOn: new Date(facts.startedAt).toISOString(), scanFinishedOn: new Date(facts.endedAt).toISOString() },
  deployKit: {
    version: 1,
    subject: facts.subject,
    digests: [...facts.digests],
    verdict: facts.verdict,
    reasonCode: facts.reasonCode,
    gate: { ...facts.gate },
    counts: { ...facts.counts },
    failing: facts.failing,
    suppressed: facts.suppressed,
  },
})
