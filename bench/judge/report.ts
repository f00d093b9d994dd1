import { forecast } from '@deploy-kit/judge'
import { latencyLimit } from './latency-cell.ts'
import { allowed, type Summary } from './summary.ts'
import { pollSeconds } from './world.ts'
import * as cells from './cells.ts'
import type { ErrorsCell, CellResult } from './errors-cell.ts'

/** A promise that the benchmark checks. */
export interface Bar {
  readonly what: string
  readonly kept: boolean
}

export interface Report {
  readonly text: string
  readonly bars: readonly Bar[]
}

const alpha = 0.01
const beta = 0.05

export function report(results: readonly CellResult[], runs: number): Report {
  const byName = new Map(results.map((result) => [result.name, result]))
  const of = ({ name }: { readonly name: string }): CellResult => {
    const result = byName.get(name)
    if (result === undefined) throw new Error(`no result for the cell ${name}`)
    return result
  }
  const bars: Bar[] = []
  const falseAlarms = (title: string, tested: readonly { readonly name: string }[], budget: number) => {
    const worst = tested.map((cell) => of(cell)).reduce((a, b) => (b.ours.found > a.ours.found ? b : a))
    const limit = allowed(budget, worst.ours.runs)
    bars.push({
      what: `${title}: at most ${share(worst.ours.found)} in any of ${tested.length} cells (allowed ${share(limit)}; ${worst.name})`,
      kept: worst.ours.found <= limit,
    })
  }
  falseAlarms('false rollbacks, no worse', cells.nullCells, alpha)
  falseAlarms(
    'false rollbacks, clumped failures, phi measured',
    [...cells.clumpCells.filter(({ measurePhi }) => measurePhi === true), ...cells.knownClumpCells],
    alpha,
  )
  falseAlarms('false rollbacks, clumped failures, a first release', cells.newClumpCells, alpha)
  falseAlarms(
    'false rollbacks, common outage, ramp, strict edge',
    cells.otherCells.filter(({ name }) => /outage|no worse|edge/.test(name)),
    alpha,
  )
  falseAlarms('false rollbacks, latency', cells.latencyNullCells, alpha)
  falseAlarms('wrong promotions on the margin', cells.wrongPromotionCells, beta)

  const detected = cells.alternativeCells.map((cell) => ({ cell, result: of(cell), look: outlook(cell) }))
  const far = detected.filter(({ cell, result }) => isFar(cell) && result.ours.mean < Infinity)
  const ratio = Math.max(...far.map(({ look, result }) => (1000 * result.ours.mean) / look.limitMs))
  bars.push({
    what: `mean detection at most ${ratio.toFixed(2)} x Wald's limit in the ${far.length} cells where that is 5 polls or more (allowed 1.45)`,
    kept: ratio <= 1.45,
  })
  const misses = far.map(({ look, result }) => look.detectMedianMs / 1000 / result.ours.median)
  bars.push({
    what: `forecast of the median ${Math.min(...misses).toFixed(2)} to ${Math.max(...misses).toFixed(2)} times the simulated one in those cells (allowed 0.8 to 1.2)`,
    kept: misses.every((miss) => miss >= 0.8 && miss <= 1.2),
  })

  const tables = [
    `## Promises\n\n${table(
      ['promise', 'kept'],
      bars.map(({ what, kept }) => [what, kept ? 'yes' : '**no**']),
    )}`,
    `## A canary that is no worse: false rollbacks within an hour\n\n${table(
      ['failure rate, traffic, share', 'judge', 'Flagger', 'Argo', 'Kayenta'],
      cells.nullCells.map((cell) => [cell.name, share(of(cell).ours.found), ...rivals(of(cell), ({ found }) => share(found))]),
    )}`,
    `## A worse canary: seconds to rollback, median / 95th percentile (share found)\n\n${table(
      ['change, traffic, share', "Wald's limit", 'judge', 'mean / limit', 'forecast', 'Flagger', 'Argo', 'Kayenta'],
      detected.map(({ cell, result, look }) =>
        [
          cell.name,
          seconds(look.limitMs / 1000),
          times(result.ours),
          look.limitMs / 1000 < pollSeconds
            ? 'poll'
            : result.ours.mean === Infinity
              ? '-'
              : ((1000 * result.ours.mean) / look.limitMs).toFixed(2),
          `${seconds(look.detectMedianMs / 1000)} / ${seconds(look.detectP95Ms / 1000)}`,
          rivals(result, times),
        ].flat(),
      ),
    )}`,
    `## Failures in clumps (0.5 %, 100 rps, 10 %, common wave of 60 %): false rollbacks\n\n${table(
      ['world', 'judge'],
      [...cells.clumpCells, ...cells.knownClumpCells, ...cells.newClumpCells].map((cell) => [cell.name, share(of(cell).ours.found)]),
    )}`,
    `## What it costs not to know that failures are independent: mean detection / Wald's limit\n\n${table(
      [
        'change, traffic, share',
        'said to be independent',
        'half an hour before, halves',
        'half an hour before',
        'nothing, halves',
        'nothing',
        'forecast',
      ],
      cells.unknownCells
        .filter(({ cell }) => isFar(cell))
        .map(({ cell, known }) =>
          [
            cell.name,
            [cell, ...known].map((one) => multiple(of(one).ours, outlook(cell).limitMs)),
            forecastBeside(of(known.at(-1) ?? cell).ours, known.at(-1) ?? cell),
          ].flat(),
        ),
    )}`,
    `## Other worlds: seconds to rollback, median / 95th percentile (share found)\n\n${table(
      ['world', 'judge', 'Flagger', 'Argo', 'Kayenta'],
      [...cells.halvedCells, ...cells.otherCells].map((cell) =>
        [cell.name, times(of(cell).ours), cell.rivals ? rivals(of(cell), times) : ['', '', '']].flat(),
      ),
    )}`,
    `## Promotion (beta 5 %, margin 0.5 percentage points): seconds to pass, median / 95th percentile (share passed)\n\n${table(
      ['world', 'judge', 'forecast'],
      [
        ...cells.promotionCells.map((cell) => [cell.name, times(of(cell).ours), promoteForecast(cell)]),
        ...cells.wrongPromotionCells.map((cell) => [cell.name, times(of(cell).ours), '']),
      ],
    )}`,
    `## Latency (log-normal, median 80 ms, sigma 0.7, Prometheus' default buckets): seconds to rollback\n\n${table(
      ['world', "Wald's limit", 'judge', 'mean / limit'],
      [
        ...cells.latencyNullCells.map((cell) => [cell.name, '', times(of(cell).ours), '']),
        ...cells.latencyUnknownCells.map((cell) => [cell.name, '', times(of(cell).ours), '']),
        ...cells.latencyCells.map((cell) => {
          const limit = latencyLimit(cell, alpha)
          const { ours } = of(cell)
          return [
            cell.name,
            seconds(limit),
            times(ours),
            limit < pollSeconds || ours.mean === Infinity ? '-' : (ours.mean / limit).toFixed(2),
          ]
        }),
      ],
    )}`,
  ]
  return {
    text: `${runs} runs a cell without a regression; a look every ${pollSeconds} s; an hour; alpha 1 %.\n\n${tables.join('\n\n')}\n`,
    bars,
  }
}

/** Whether polls are short against Wald's limit, so that the ratio to it means something. */
export function isFar(cell: ErrorsCell): boolean {
  return outlook(cell).limitMs / 1000 >= 5 * pollSeconds
}

function outlook({ world, options }: ErrorsCell) {
  return forecast({
    rps: world.rps,
    weight: (world.shares[0] ?? 0) * 100,
    baseline: world.stable,
    regression: world.canary,
    pollMs: pollSeconds * 1000,
    options,
  })
}

function multiple({ mean, found }: Summary, limitMs: number): string {
  return mean === Infinity ? `- (${share(found)})` : ((1000 * mean) / limitMs).toFixed(2)
}

/** The forecast of the median where nothing is known, and the simulated one. */
function forecastBeside({ median }: Summary, cell: ErrorsCell): string {
  return `${seconds(outlook(cell).detectMedianMs / 1000)} for ${seconds(median)}`
}

function promoteForecast({ world, options }: ErrorsCell): string {
  const ahead = forecast({
    rps: world.rps,
    weight: (world.shares[0] ?? 0) * 100,
    baseline: world.stable,
    regression: 1,
    pollMs: pollSeconds * 1000,
    options,
  })
  return `${seconds(ahead.promoteMedianMs / 1000)} / ${seconds(ahead.promoteP95Ms / 1000)}`
}

function rivals({ rivals: summaries }: CellResult, show: (summary: Summary) => string): string[] {
  return summaries === null ? ['', '', ''] : [show(summaries.flagger), show(summaries.argo), show(summaries.kayenta)]
}

function times({ found, median, p95 }: Summary): string {
  const whole = `${seconds(median)} / ${seconds(p95)}`
  return found > 0.995 ? whole : `${whole} (${share(found)})`
}

function seconds(value: number): string {
  if (value === Infinity) return '-'
  return value < 10 ? value.toFixed(1) : String(Math.round(value))
}

function share(value: number): string {
  return `${(value * 100).toFixed(1)} %`
}

function line(row: readonly string[]): string {
  return `| ${row.join(' | ')} |`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row))].join('\n')
}
