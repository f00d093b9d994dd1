import { keys, readYaml, words } from '@deploy-kit/core/yaml'
import { z } from 'zod'
import type { FindingKind } from '../report/finding.ts'
import { dayOf, type IgnoreEntry } from './entry.ts'

const day = z.string().transform((text, context): number => {
  const time = dayOf(text)
  if (time !== undefined) return time
  context.addIssue({ code: 'custom', message: `\`${text}\` is not a day such as 2026-12-31` })
  return z.NEVER
})

const entry = keys({
  id: words,
  paths: z.array(words).optional(),
  purls: z.array(words).optional(),
  expired_at: day.optional(),
  statement: z.string().optional(),
})

const list = z.array(entry).nullish()
const schema = keys({ vulnerabilities: list, misconfigurations: list, secrets: list, licenses: list })

const kinds: Readonly<Record<keyof z.infer<typeof schema>, FindingKind>> = {
  vulnerabilities: 'vulnerability',
  misconfigurations: 'misconfiguration',
  secrets: 'secret',
  licenses: 'license',
}

/**
 * A `.trivyignore.yaml`. Trivy leaves out keys that it does not know, so that a typo ignores more than was meant, or
 * nothing; here it is an error.
 * @throws KitError `ignore-file-invalid`
 */
export const readYamlFile = (text: string, file: string): readonly IgnoreEntry[] => {
  const content = readYaml(text, file, schema, 'ignore-file-invalid')
  return Object.entries(kinds).flatMap(([key, kind]) =>
    (content[key as keyof typeof kinds] ?? []).map(({ id, paths = [], purls = [], expired_at: expiresAt, statement = '' }, index) => ({
      kinds: [kind],
      id,
      paths,
      purls,
      expiresAt,
      reason: statement,
      place: `${file} ${key}[${index}]`,
    })),
  )
}
