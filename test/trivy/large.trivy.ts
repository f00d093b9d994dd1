import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { writeReport } from '../../bench/scan/large-report.ts'

const gibibyte = 1024 ** 3

test('a report of 200 MB does not exhaust 2 GiB: read, gated, compared and written as SARIF, Markdown and predicate', async () => {
  const room = await mkdtemp(join(tmpdir(), 'large-'))
  try {
    const report = join(room, 'report.json')
    expect(await writeReport(report, 52_000, 26_000)).toBeGreaterThan(200e6)
    const argv = ['--conditions=source', '--max-old-space-size=2048', 'bench/scan/whole-scan.ts', report, room]
    const { stdout } = await promisify(execFile)(process.execPath, argv, { encoding: 'utf8' })
    const { findings, failing, fresh, maximumBytes } = JSON.parse(stdout) as Record<string, number>
    expect([findings, failing, fresh]).toEqual([52_000, 20_800, 0])
    expect(maximumBytes).toBeLessThan(2 * gibibyte)
  } finally {
    await rm(room, { recursive: true })
  }
}, 400_000)
