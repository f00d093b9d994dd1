import { z } from 'zod'

// Only what is read is named: Trivy adds fields with each release, which stay in the report and disturb nobody here, and it
// leaves out whatever is empty, so that what is missing has the value that Trivy means by it.
const text = z.string().default('')
/** Go writes a list or a map without entries as null, where it was not told to leave it out. */
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? undefined)
const map = <Item extends z.ZodType>(item: Item) =>
  z
    .record(z.string(), item)
    .nullish()
    .transform((items) => items ?? undefined)
const layer = z.object({ Digest: text, DiffID: text }).optional()

const scores = map(z.object({ V3Score: z.number().optional(), V40Score: z.number().optional(), V2Score: z.number().optional() }))

export const vulnerability = z.object({
  VulnerabilityID: z.string(),
  VendorIDs: list(z.string()),
  PkgID: text,
  PkgName: z.string(),
  PkgPath: text,
  PkgIdentifier: z.object({ PURL: text }).optional(),
  InstalledVersion: text,
  FixedVersion: text,
  Status: z.string().optional(),
  Layer: layer,
  Severity: z.string().default('UNKNOWN'),
  SeveritySource: text,
  CVSS: scores,
  Title: text,
  Description: text,
  PrimaryURL: z.string().optional(),
})

export const misconfiguration = z.object({
  ID: z.string(),
  Severity: z.string().default('UNKNOWN'),
  Title: text,
  Description: text,
  Message: text,
  Resolution: text,
  Status: z.string().default('FAIL'),
  PrimaryURL: z.string().optional(),
  Layer: layer,
  CauseMetadata: z.looseObject({ Resource: text, StartLine: z.number().optional(), EndLine: z.number().optional() }).optional(),
})

export const secret = z.object({
  RuleID: z.string(),
  Category: text,
  Severity: z.string().default('UNKNOWN'),
  Title: text,
  StartLine: z.number().optional(),
  EndLine: z.number().optional(),
  Layer: layer,
})

export const license = z.object({
  Name: z.string(),
  Severity: z.string().default('UNKNOWN'),
  Category: text,
  PkgName: text,
  FilePath: text,
  Link: z.string().optional(),
})

export const packageEntry = z.object({
  ID: text,
  Name: text,
  Version: text,
  Identifier: z.object({ PURL: text }).optional(),
  FilePath: text,
  Locations: list(z.object({ StartLine: z.number().optional() })),
})

/** What an ignore file, a policy or a VEX document took out of the findings, with `--show-suppressed`. */
export const modified = z.object({ Type: text, Status: text, Statement: text, Source: text, Finding: z.looseObject({}) })

export const artifact = z.object({
  OS: z.object({ Family: z.string(), Name: text, EOSL: z.boolean().default(false) }).optional(),
  ImageID: text,
  RepoTags: list(z.string()),
  RepoDigests: list(z.string()),
  ImageConfig: z
    .looseObject({
      architecture: text,
      os: text,
      variant: text,
      rootfs: z.object({ diff_ids: list(z.string()) }).optional(),
      history: list(z.object({ created_by: text, empty_layer: z.boolean().default(false) })),
      config: z.object({ Labels: map(z.string()) }).optional(),
    })
    .optional(),
})

export type Vulnerability = z.infer<typeof vulnerability>
export type Misconfiguration = z.infer<typeof misconfiguration>
export type Secret = z.infer<typeof secret>
export type License = z.infer<typeof license>
export type PackageEntry = z.infer<typeof packageEntry>
export type Modified = z.infer<typeof modified>
export type Artifact = z.infer<typeof artifact>
