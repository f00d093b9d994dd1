import { createJudge, estimateDispersion, type Halves, type JudgeOptions, type Spread } from '@deploy-kit/judge'
import { poisson, seeded, type Uniform } from './random.ts'
import { rules } from './rivals.ts'
import { summarise, type Summary } from './summary.ts'
import { failures, hour, pollSeconds, type Counts, type World } from './world.ts'

export interface ErrorsCell {
  readonly kind: 'errors'
  readonly name: string
  readonly world: World
  readonly options: JudgeOptions
  /** Half an hour of history in halves: phi is estimated from it and given, as a team would, or the judge is given the halves to go on from; or only what a rollout of ten minutes has measured. */
  readonly measurePhi?: boolean | 'by the judge' | 'without halves' | 'in the last rollout'
  /** Which verdict ends a run. Default `fail`. */
  readonly until?: 'fail' | 'pass'
  readonly rivals: boolean
}

export interface CellResult {
  readonly name: string
  readonly ours: Summary
  readonly rivals: Readonly<Record<keyof typeof rules, Summary>> | null
}

export function runErrors(cell: ErrorsCell, runs: number, seed: number): CellResult {
  const times: number[] = []
  const rivals = { flagger: [] as number[], argo: [] as number[], kayenta: [] as number[] }
  const onset = cell.world.onset ?? 0
  for (let run = 0; run < runs; run++) {
    const uniform = seeded(seed * 1_000_003 + run * 7919)
    const judge = createJudge(optionsOf(cell, uniform))
    const perMinute: Counts[] = []
    let alarm = Infinity
    for (const { at, share, stepBegan, counts, halves } of hour(cell.world, uniform)) {
      const [nc, nb, xc, xb] = counts
      if (cell.rivals) addToMinute(perMinute, at, counts)
      if (alarm < Infinity) continue
      const { verdict } = judge.observe({
        at: at * 1000,
        weight: share * 100,
        stepBegan,
        mode: 'rollout',
        canary: { requests: nc, failures: xc },
        stable: { requests: nb, failures: xb },
        halves,
      })
      if (verdict === (cell.until ?? 'fail')) alarm = at
      if (alarm < Infinity && !cell.rivals) break
    }
    // An alarm before the onset is a false one, and no detection.
    times.push(alarm <= onset ? Infinity : alarm - onset)
    if (cell.rivals) for (const [name, rule] of Object.entries(rules)) rivals[name as keyof typeof rules].push(rule(perMinute) - onset)
  }
  return {
    name: cell.name,
    ours: summarise(times),
    rivals: cell.rivals ? { flagger: summarise(rivals.flagger), argo: summarise(rivals.argo), kayenta: summarise(rivals.kayenta) } : null,
  }
}

function addToMinute(perMinute: Counts[], at: number, counts: Counts): void {
  const minute = Math.ceil(at / 60) - 1
  const before = perMinute[minute] ?? [0, 0, 0, 0]
  perMinute[minute] = [before[0] + counts[0], before[1] + counts[1], before[2] + counts[2], before[3] + counts[3]]
}

function optionsOf({ options, world, measurePhi = false }: ErrorsCell, uniform: Uniform): JudgeOptions {
  if (measurePhi === false) return options
  const halves = halvesOf(world, uniform, measurePhi === 'in the last rollout' ? 600 : 1800)
  return measurePhi === true
    ? { ...options, overdispersion: estimateDispersion(halves).overdispersion }
    : {
        ...options,
        history: {
          requests: 0,
          failures: 0,
          ...(measurePhi === 'by the judge'
            ? { halves }
            : measurePhi === 'without halves'
              ? {
                  intervals: halves.map(({ first, second }) => ({
                    requests: first.requests + second.requests,
                    failures: first.failures + second.failures,
                  })),
                }
              : { spread: measuredIn(halves) }),
        },
      }
}

function measuredIn(halves: readonly Halves[]): Spread | null {
  const judge = createJudge()
  const nobody = { requests: 0, failures: 0 }
  for (const [k, { first, second }] of halves.entries())
    judge.observe({ at: k, weight: 10, stepBegan: k === 0, mode: 'rollout', canary: nobody, stable: nobody, halves: [first, second] })
  return judge.state()?.spread ?? null
}

function halvesOf(world: World, uniform: Uniform, seconds: number): Halves[] {
  const half = () => {
    const requests = poisson(uniform, (world.rps * pollSeconds) / 2)
    return { requests, failures: failures(world, uniform, requests, world.stable) }
  }
  return Array.from({ length: seconds / pollSeconds }, () => ({ first: half(), second: half() }))
}
