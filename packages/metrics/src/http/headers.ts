import type { SecretReference } from '../secret.ts'
import type { SourceContext } from '../source.ts'

/** Headers with their secrets filled in. @throws KitError `secret-missing` */
export const filledHeaders = (
  headers: Readonly<Record<string, string | SecretReference>> | undefined,
  secret: SourceContext['secret'],
): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : secret(value)]))
