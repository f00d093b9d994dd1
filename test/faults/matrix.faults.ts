import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { setStage, type Stage } from '../e2e/stage/stage.ts'
import { allIsWell, runCell, type Cell } from './cell.ts'
import { faults } from './faults.ts'
import { moments } from './moments.ts'
import { keyOf, writeMatrix } from './table.ts'

jest.setTimeout(60_000)
const cells = new Map<string, Cell>()

/** What the runner's ladder leaves between the first signal and the end of the process tree, less a reserve. */
const budgetMs = 6_000

describe.each(faults)('$name', (fault) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await setStage()
  })
  afterAll(() => stage.strike())

  test.each(moments.filter(({ name }) => fault.skips?.[name] === undefined))('$name', async (moment) => {
    const cell = await runCell(stage, fault, moment)
    cells.set(keyOf(fault.name, moment.name), cell)
    expect(cell).toMatchObject(allIsWell(fault, moment))
    expect(cell.homeMs).toBeLessThanOrEqual(fault.withinMs ?? budgetMs)
  })
})

afterAll(() => {
  process.stdout.write(`\n${writeMatrix(cells)}\n`)
})
