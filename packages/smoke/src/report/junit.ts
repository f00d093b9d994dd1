import XmlBuilder from 'fast-xml-builder'
import type { CheckReport, SmokeReport } from './report.ts'

/** The report as JUnit XML, as most test reporters read it. */
export const junitXml = (report: SmokeReport): string => {
  const failures = report.checks.filter(({ passed }) => !passed).length
  const totals = { '@tests': report.checks.length, '@failures': failures, '@time': seconds(report.durationMs) }
  const suite = {
    '@name': xmlText(report.suite),
    ...totals,
    '@errors': 0,
    '@skipped': 0,
    '@timestamp': new Date(report.startedAt).toISOString(),
    testcase: report.checks.map((check) => testCase(report.suite, check)),
  }
  const builder = new XmlBuilder({ attributeNamePrefix: '@', ignoreAttributes: false, format: true, suppressBooleanAttributes: false })
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { ...totals, testsuite: suite } })}`
}

const testCase = (suite: string, { name, latencyMs, failure, flaky }: CheckReport): object => ({
  '@classname': xmlText(suite),
  '@name': xmlText(name),
  '@time': seconds(latencyMs ?? 0),
  ...(failure !== undefined && {
    failure: { '@message': xmlText(failure.split('\n', 1)[0] ?? ''), '@type': 'smoke-failed', '#text': xmlText(failure) },
  }),
  ...(flaky && { 'system-out': 'Passed only after a retry.' }),
})

const seconds = (ms: number): string => (ms / 1_000).toFixed(3)

/** XML 1.0 has no way to write most control characters, not even escaped. */
const xmlText = (text: string): string => text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
