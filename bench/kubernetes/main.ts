// What a release does to live traffic, in the set-up that the peers were measured in: three replicas of the sample workload, 200
// requests a second through the gateway, the canary first at 10 %. Needs a cluster; test/kubernetes/README.md says which variables name it.
//   npm run bench:kubernetes [-- <part of a scenario's name> ...]
import { machine } from '../kit/machine.ts'
import { testCluster } from '../../test/kubernetes/stage/cluster.ts'
import { markdown } from './report.ts'
import { runScenario, type Row } from './run.ts'
import { scenarios } from './scenarios.ts'

const wanted = process.argv.slice(2)
const cluster = testCluster()
const rows: Row[] = []
console.log(machine())
for (const scenario of scenarios) {
  if (wanted.length > 0 && !wanted.some((part) => scenario.name.includes(part))) continue
  try {
    const row = await runScenario(cluster, scenario)
    rows.push(row)
    console.log(`${row.name}: ${row.outcome}, ${row.judgement}`)
  } catch (error) {
    // The others are worth their minutes all the same.
    process.exitCode = 1
    console.error(`${scenario.name}:`, error)
  }
}
console.log(`\n${markdown(rows)}`)
if (rows.some(({ isWithinBar }) => !isWithinBar)) process.exitCode = 1
