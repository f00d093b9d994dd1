import { mkdirSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { table } from '@deploy-kit/core'
import { runCell, type Cell } from './faults/cell.ts'
import { faults } from './faults/faults.ts'
import { moments } from './faults/moments.ts'
import { testCluster } from './stage/cluster.ts'

jest.setTimeout(180_000)
const cluster = testCluster()
const cells: { readonly fault: string; readonly moment: string; readonly cell: Cell }[] = []

describe.each(faults)('$name', (fault) => {
  test.each(moments.filter(({ name }) => fault.at?.includes(name) ?? true))('$name', async (moment) => {
    const cell = await runCell(cluster, fault, moment)
    cells.push({ fault: fault.name, moment: moment.name, cell })
    expect(cell).toMatchObject({ state: { stable: moment.serves, canary: null, weight: 0, lease: 'free' }, lost: 0, failed: 0 })
  })
})

afterAll(() => {
  const text = table(
    ['fault', 'moment', 'home ms', 'lost', 'of', 'longest gap ms', 'API requests', 'of them to home'],
    cells.map(({ fault, moment, cell }) =>
      [fault, moment, cell.homeMs, cell.lost, cell.sent, cell.longestGapMs, cell.apiRequests, cell.requestsToHome].map(String),
    ),
  )
  mkdirSync('out', { recursive: true })
  writeFileSync('out/kubernetes-faults.md', `${text}\n`)
  process.stdout.write(`\n${text}\n`)
})
