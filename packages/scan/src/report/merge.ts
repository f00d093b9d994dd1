import type { Finding, Suppressed } from './finding.ts'
import type { Report } from './report.ts'

/** The findings of several images, each thing once: what all platforms have in common is one finding. */
export const merged = (
  images: readonly { readonly platform: string | undefined; readonly report: Report }[],
): { readonly findings: readonly Finding[]; readonly suppressed: readonly Suppressed[] } => {
  if (images.length === 1) return images[0]?.report ?? { findings: [], suppressed: [] }
  const findings = new Map<string, { finding: Finding; platforms: string[] }>()
  const suppressed = new Map<string, Suppressed>()
  for (const { platform, report } of images) {
    for (const finding of report.findings) {
      const known = findings.get(finding.key)
      if (known === undefined) findings.set(finding.key, { finding, platforms: platform === undefined ? [] : [platform] })
      else if (platform !== undefined) known.platforms.push(platform)
    }
    for (const item of report.suppressed) suppressed.set(`${item.finding.key}|${item.source}`, item)
  }
  return {
    findings: [...findings.values()].map(({ finding, platforms }) => on(finding, platforms)),
    suppressed: [...suppressed.values()],
  }
}

const on = (finding: Finding, platforms: readonly string[]): Finding => ({ ...finding, platforms })
