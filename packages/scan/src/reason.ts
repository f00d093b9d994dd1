import type { Gated } from './gate/gate.ts'
import type { FindingKind } from './report/finding.ts'
import type { ScanReason } from './scanned.ts'

const reasons: Readonly<Record<FindingKind, ScanReason>> = {
  vulnerability: 'vulnerabilities-found',
  secret: 'secrets-found',
  misconfiguration: 'misconfigurations-found',
  license: 'licenses-found',
}

/** The code of a verdict: that of the first kind, in this order, of which something fails. */
export const reasonFor = ({ failing }: Gated): ScanReason => {
  const kinds = new Set(failing.map(({ kind }) => kind))
  const kind = (Object.keys(reasons) as FindingKind[]).find((name) => kinds.has(name))
  return kind === undefined ? 'ok' : reasons[kind]
}
