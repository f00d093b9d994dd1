// A whole scan of a report that is there already: read, gated, compared with itself, written as SARIF, Markdown and predicate.
// Says in one line what it found, and what it took. node --max-old-space-size=… whole-scan.ts <report> <directory>
import { join } from 'node:path'
import { systemClock } from '@deploy-kit/core'
import { scan, type ScanRequest } from '@deploy-kit/scan'
import { replayingTrivy } from './replaying-trivy.ts'

const [report = '', directory = ''] = process.argv.slice(2)
const request: ScanRequest = {
  subject: { kind: 'filesystem', directory },
  scanners: ['secret'],
  failOn: ['high', 'critical'],
  ignoreUnfixed: false,
  trivy: await replayingTrivy(directory, report),
  cacheDirectory: join(directory, 'cache'),
  timeoutMs: 120_000,
  baseline: { report },
  report: join(directory, 'out', 'report.json'),
  formats: ['sarif', 'markdown', 'predicate'],
}
const began = performance.now()
const scanned = await scan(request, {
  clock: systemClock,
  signal: new AbortController().signal,
  environment: process.env,
  temporaryDirectory: directory,
})
console.log(
  JSON.stringify({
    findings: scanned.findings.length,
    failing: scanned.failing.length,
    fresh: scanned.comparison?.newByImage.length,
    ms: Math.round(performance.now() - began),
    maximumBytes: process.resourceUsage().maxRSS * 1024,
  }),
)
