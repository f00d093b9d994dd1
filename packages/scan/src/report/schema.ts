import { z } from 'zod'

// Only what is read is checked: Trivy adds fields with each release, and leaves out whatever is empty.
const vulnerability = z.object({
  VulnerabilityID: z.string(),
  PkgName: z.string(),
  InstalledVersion: z.string().default(''),
  FixedVersion: z.string().default(''),
  Status: z.string().optional(),
  Severity: z.string().default('UNKNOWN'),
  Title: z.string().default(''),
  PrimaryURL: z.string().optional(),
})

const misconfiguration = z.object({
  ID: z.string(),
  Severity: z.string().default('UNKNOWN'),
  Title: z.string().default(''),
  Status: z.string().default('FAIL'),
  PrimaryURL: z.string().optional(),
})

const secret = z.object({
  RuleID: z.string(),
  Severity: z.string().default('UNKNOWN'),
  Title: z.string().default(''),
  StartLine: z.number().optional(),
})

const license = z.object({
  Name: z.string(),
  Severity: z.string().default('UNKNOWN'),
  PkgName: z.string().default(''),
  FilePath: z.string().default(''),
  Link: z.string().optional(),
})

const absent = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])

const result = z.object({
  Target: z.string().default(''),
  Vulnerabilities: absent(vulnerability),
  Misconfigurations: absent(misconfiguration),
  Secrets: absent(secret),
  Licenses: absent(license),
})

/** The part of Trivy's JSON report (SchemaVersion 2) that is read. `Results` is absent when there was nothing to look at. */
export const trivyReport = z.object({
  SchemaVersion: z.literal(2),
  Trivy: z.object({ Version: z.string() }).optional(),
  Metadata: z
    .object({ OS: z.object({ Family: z.string(), Name: z.string().default(''), EOSL: z.boolean().default(false) }).optional() })
    .optional(),
  Results: absent(result),
})

export type TrivyReport = z.infer<typeof trivyReport>
