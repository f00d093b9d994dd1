import { describe, expect, test } from '@jest/globals'
import { junitXml, smokeSummary, type SmokeReport } from '@deploy-kit/smoke'

const report: SmokeReport = {
  suite: 'shop & <co>',
  passed: false,
  startedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  durationMs: 2_345,
  flaky: 1,
  checks: [
    { name: 'home', passed: true, attempts: 3, latencyMs: 12, flaky: true },
    {
      name: 'products "all"',
      passed: false,
      attempts: 1,
      latencyMs: 45,
      flaky: false,
      failure: 'expected status 2xx, got 500\nexpected <b>\u{0}@all</b> | nothing',
    },
  ],
}

describe('a report', () => {
  test('as JUnit, with everything from outside escaped', async () => {
    expect(await junitXml(report)).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites tests="2" failures="1" time="2.345">',
        '  <testsuite name="shop &amp; &lt;co&gt;" tests="2" failures="1" time="2.345" errors="0" skipped="0" timestamp="2026-01-02T03:04:05.000Z">',
        '    <testcase classname="shop &amp; &lt;co&gt;" name="home" time="0.012">',
        '      <system-out>Passed only after a retry.</system-out>',
        '    </testcase>',
        '    <testcase classname="shop &amp; &lt;co&gt;" name="products &quot;all&quot;" time="0.045">',
        '      <failure message="expected status 2xx, got 500" type="smoke-failed">expected status 2xx, got 500\nexpected &lt;b&gt;\u{FFFD}@all&lt;/b&gt; | nothing</failure>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    )
  })

  test('as Markdown, with nothing from outside that is markup, a mention or a new column', () => {
    const [head, , , , home, products] = smokeSummary(report).split('\n')
    expect(head).toBe('**Smoke suite shop &amp; &lt;co&gt;: 1 of 2 checks passed**, 1 only after a retry, in 2.3 s.')
    expect(home).toBe('| ⚠️ flaky | home | 3 | 12 ms |  |')
    expect(products).toBe(
      '| ❌ failed | products "all" | 1 | 45 ms | expected status 2xx, got 500<br>expected &lt;b&gt;\u{0}&#64;&#8203;all&lt;/b&gt; \\| nothing |',
    )
  })
})
