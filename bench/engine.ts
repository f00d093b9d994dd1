// What the engine itself costs: whole rollouts on a target in memory, against a loop that makes the same calls and neither
// decides, nor stores, nor holds a lease.
//   npm run bench:engine [-- <rounds>]
import { table } from '@deploy-kit/core'
import { bare, planOf, withEngine, type Judging } from './engine/world.ts'
import { figure, median } from './kit/figures.ts'
import { machine } from './kit/machine.ts'

const rounds = Number(process.argv[2] ?? 25)

interface Case {
  readonly name: string
  readonly steps: number
  readonly looksPerStep: number
  readonly judging: Judging
}

const cases: readonly Case[] = [
  { name: 'a step, no bake', steps: 100, looksPerStep: 0, judging: 'no judge' },
  { name: 'a look, verdict for nothing', steps: 1, looksPerStep: 500, judging: 'no judge' },
  { name: 'a look, the judge with latency', steps: 1, looksPerStep: 500, judging: 'the judge' },
  { name: 'a usual rollout: 4 steps, 12 looks each', steps: 4, looksPerStep: 12, judging: 'the judge' },
]

const measure = async ({ name, steps, looksPerStep, judging }: Case): Promise<string[]> => {
  const plan = planOf(steps, looksPerStep)
  const units = looksPerStep === 0 ? steps : steps * looksPerStep
  const engine: number[] = []
  const loop: number[] = []
  const { writes, largestBytes, end } = await withEngine(plan, judging, true)
  if (end.phase !== 'promoted') throw new Error(`the rollout ended as ${end.phase}`)
  // In turns, so that a machine whose speed drifts treats both alike. The first fifth warms the compiler up.
  for (let round = 0; round < rounds * 1.25; round += 1) {
    const { micros } = await withEngine(plan, judging)
    const loopMicros = await bare(plan, judging)
    if (round < rounds / 4) continue
    engine.push(micros / units)
    loop.push(loopMicros / units)
  }
  const added = median(engine.map((micros, round) => micros - (loop[round] ?? Number.NaN)))
  const ratio = median(engine.map((micros, round) => micros / (loop[round] ?? Number.NaN)))
  return [name, figure(median(engine)), figure(median(loop)), figure(added), figure(ratio), figure(writes / units), figure(largestBytes)]
}

const rows: string[][] = []
for (const each of cases) rows.push(await measure(each))
console.log(machine())
console.log(`${rounds} rounds in turns, medians; microseconds per step, and per look where there are looks\n`)
console.log(table(['per', 'engine', 'bare loop', 'added', 'ratio', 'lease writes', 'largest lease, bytes'], rows))

const grown: string[] = []
for (const looks of [1, 50, 500, 5_000]) {
  const { largestBytes } = await withEngine(planOf(1, looks), 'the judge', true)
  grown.push(`${figure(largestBytes)} after ${looks}`)
}
console.log(`\nthe lease with the judge's state, in bytes: ${grown.join(', ')} looks at one step`)
