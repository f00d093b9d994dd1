import { afterAll, expect, jest, test } from '@jest/globals'
import { setStage } from '../e2e/stage/stage.ts'
import { allIsWell, runCell } from './cell.ts'
import { faults } from './faults.ts'
import { moments } from './moments.ts'

jest.setTimeout(30_000)
const stage = await setStage()
afterAll(() => stage.strike())

/** Some cells of the matrix, one for each way home; `npm run test:faults` runs them all. */
test.concurrent.each([
  ['SIGINT, SIGTERM, post', '25 %'],
  ['SIGKILL, then post', 'promoting'],
  ['SIGKILL, then reconcile', '50 %'],
  ['SIGKILL, then nothing', '100 %'],
])('%s at %s: the traffic comes home, and nothing is lost', async (faultName, momentName) => {
  const fault = faults.find(({ name }) => name === faultName)
  const moment = moments.find(({ name }) => name === momentName)
  if (fault === undefined || moment === undefined) throw new Error('there is no such cell')
  expect(await runCell(stage, fault, moment)).toMatchObject(allIsWell(fault, moment))
})
