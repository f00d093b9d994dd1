import * as z from 'zod'

// Objects are open: within version 1 fields may come, and none goes or changes its meaning.
const version = z.literal(1)
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const time = z.iso.datetime()
const text = z.string()
const amount = z.int().min(0)
const release = z.looseObject({ digest, image: text.optional(), version: text.nullable(), commit: text.nullable() })
const found = z.looseObject({
  ...release.shape,
  digest: z.union([digest, z.literal('')]).describe('Empty where what served was named by a tag.'),
})

const deployment = z
  .looseObject({
    version,
    kind: z.literal('deployment'),
    ok: z.boolean(),
    outcome: z.enum(['promoted', 'unchanged', 'planned', 'frozen', 'aborted', 'rolled-back']),
    reasonCode: text.describe('A page in docs/reason-codes.'),
    reason: text,
    app: text,
    environment: text,
    from: found.nullable().describe('The release that served before; null for a first one.'),
    to: release,
    weight: z.number().min(0).max(100).describe('Percent of the requests that the canary has at the end; 0 after a promotion.'),
    changes: z
      .looseObject({
        objects: z.array(
          z.looseObject({
            change: z.enum(['added', 'changed', 'removed']),
            object: text.describe('Kind and name.'),
            fields: z.array(text).describe('Such as `spec.replicas: 2 -> 3`. Values of Secrets are not among them.'),
            more: amount.describe('Fields that were cut off.'),
          }),
        ),
        more: amount.describe('Objects that were cut off.'),
      })
      .optional()
      .describe('What the plan changes in the target beside the traffic, where the platform can tell.'),
    startedAt: time,
    endedAt: time,
    weights: z.array(z.looseObject({ weight: z.number().min(0).max(100), from: time, to: time })),
    evidence: z.looseObject({ text, numbers: z.unknown() }).nullable().describe('The last word of the judge.'),
  })
  .describe('deploy-canary, deploy-kit, and auto-rollback with `mode: plan` or `execute`.')

const build = z
  .looseObject({
    version,
    kind: z.literal('build'),
    digest,
    image: text.describe('`name@digest`, or the directory of the OCI layout.'),
    tags: z.array(text),
    platforms: z.array(
      z.looseObject({
        platform: text,
        digest,
        sizeBytes: amount,
        layers: z.array(z.looseObject({ digest, size: amount, createdBy: text })),
      }),
    ),
    sizeBytes: amount,
    engine: z.looseObject({ name: text, version: text, lacks: z.array(text) }).optional(),
  })
  .describe('build-image.')

const buildPlan = z
  .looseObject({
    version,
    kind: z.literal('build-plan'),
    engine: text,
    platforms: z.array(text),
    names: z.array(text),
    tags: z.array(text),
    labels: z.record(text, text),
    commands: z.array(z.array(text)).describe('Arguments of the processes that would be started, without secrets.'),
    lines: z.array(text).describe('The same for people.'),
  })
  .describe('build-image with `dry-run: true`.')

const scan = z
  .looseObject({
    version,
    kind: z.literal('scan'),
    result: z.enum(['pass', 'fail']),
    reasonCode: z.enum(['ok', 'vulnerabilities-found', 'secrets-found', 'misconfigurations-found', 'licenses-found']),
    subject: text,
    digest: digest.optional(),
    digests: z.array(digest).describe('The digest that was named, and those of the platforms that were scanned.'),
    platforms: z.array(text),
    counts: z.record(z.enum(['unknown', 'low', 'medium', 'high', 'critical']), amount),
    failing: z
      .array(z.looseObject({ kind: text, id: text, severity: text, title: text, target: text }))
      .describe('Findings that fail, the worst first; fifty at most.'),
    found: amount,
    suppressed: amount,
    letThrough: amount.describe('Findings that would fail, had nobody asked to let through what has no fix.'),
    knownBefore: amount.describe('Findings that would fail, had only new ones not been asked for.'),
    comparison: z
      .looseObject({
        baseline: text,
        kind: z.enum(['same-database', 'earlier-report']),
        newByImage: amount,
        newByDatabase: amount,
        fixed: amount,
      })
      .nullable(),
    advice: z.array(
      z.looseObject({ kind: z.enum(['base-image', 'package']), what: text, from: text, to: text.optional(), clears: amount }),
    ),
    trivy: z.looseObject({ program: text, version: text, installed: z.boolean() }),
    database: z.looseObject({ updatedAt: amount, ageMs: amount, outdated: z.boolean(), source: text }).optional(),
  })
  .describe('scan-trivy.')

const smoke = z
  .looseObject({
    version,
    kind: z.literal('smoke'),
    suite: text,
    passed: z.boolean(),
    checks: z.array(z.looseObject({ name: text, passed: z.boolean(), attempts: amount, flaky: z.boolean(), failure: text.optional() })),
    startedAt: z.number().describe('Milliseconds since the epoch.'),
    durationMs: z.number().min(0),
    flaky: amount.describe('Checks that passed only after a retry.'),
  })
  .describe('smoke-test.')

const releases = z
  .looseObject({
    version,
    kind: z.literal('releases'),
    releases: z.array(
      z.looseObject({ id: text, digest, version: text.nullable(), at: time, serves: z.boolean(), refusal: text.nullable() }),
    ),
  })
  .describe('auto-rollback with `mode: list`.')

const reconciliation = z
  .looseObject({
    version,
    kind: z.literal('reconciliation'),
    outcome: z.enum(['clean', 'left', 'ended']),
    reason: text,
    end: text.nullable().describe('How the rollout ended that was left behind; null when there was none.'),
    digest: z.union([digest, z.literal('')]).describe('Digest that serves now.'),
  })
  .describe('auto-rollback with `mode: reconcile`.')

/** The output `result` of every action; `null` when the action could not do its work, and then `reason-code` says why. */
const actionResult = z
  .discriminatedUnion('kind', [deployment, build, buildPlan, scan, smoke, releases, reconciliation])
  .nullable()
  .describe('The output `result` of the actions, by `kind`; null when an action could not do its work.')

export const resultJsonSchema = (): unknown => z.toJSONSchema(actionResult, { target: 'draft-2020-12' })
