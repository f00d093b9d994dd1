import type { JudgeOptions } from '@deploy-kit/judge'
import type { ErrorsCell } from './errors-cell.ts'
import type { LatencyCell } from './latency-cell.ts'

export type Cell = ErrorsCell | LatencyCell

/** The plain test, without an effect gate: what is measured is the statistics. Nobody says how failures clump. */
const unknown = { tolerance: { ratio: 1, absolute: 0 }, ceiling: 1 } satisfies JudgeOptions
/** Failures are said to be independent. */
const plain = { ...unknown, overdispersion: 1 } satisfies JudgeOptions

const traffic = [20, 100, 1000].flatMap((rps) => [0.05, 0.1, 0.5].map((share) => ({ rps, share })))
const percent = (value: number) => `${Number((value * 100).toPrecision(3))} %`
const where = ({ rps, share }: { rps: number; share: number }) => `${rps} rps, ${percent(share)}`

/** A canary that is no worse: every alarm is false. */
export const nullCells: readonly ErrorsCell[] = [0.001, 0.005, 0.01].flatMap((rate) =>
  traffic.map(({ rps, share }) => ({
    kind: 'errors' as const,
    name: `${percent(rate)}, ${where({ rps, share })}`,
    world: { rps, shares: [share], stable: rate, canary: rate },
    options: { ...plain, weights: [share * 100] },
    rivals: true,
  })),
)

export const alternativeCells: readonly ErrorsCell[] = (
  [
    [0.001, 0.01],
    [0.001, 0.05],
    [0.01, 0.03],
    [0.02, 0.022],
  ] as const
).flatMap(([stable, canary]) =>
  traffic.map(({ rps, share }) => ({
    kind: 'errors' as const,
    name: `${percent(stable)} -> ${percent(canary)}, ${where({ rps, share })}`,
    world: { rps, shares: [share], stable, canary },
    options: { ...plain, weights: [share * 100] },
    rivals: true,
  })),
)

const middle = { rps: 100, shares: [0.1], stable: 0.005, canary: 0.005 }
const tenth = { ...plain, weights: [10] }
const tenthUnknown = { ...unknown, weights: [10] }

const clumped = (clump: number) => ({ ...middle, clump, wave: 0.6 })

/** Clumps of failures, in a world whose rate moves by 60 % for both sides: without phi, and with phi measured before. */
export const clumpCells: readonly ErrorsCell[] = [1, 2, 4, 8].flatMap((clump) =>
  [false, true].map((measurePhi) => ({
    kind: 'errors' as const,
    name: `clumps of ${clump}, ${measurePhi ? 'phi measured before' : 'said to be independent'}`,
    world: clumped(clump),
    options: tenth,
    measurePhi,
    rivals: false,
  })),
)

/** The same, where nobody says how failures clump and it must be found out, with halves of stable for the judge to measure phi by: with half an hour of them from before, with what the last rollout measured, or with nothing. */
export const knownClumpCells: readonly ErrorsCell[] = [1, 2, 4, 8].flatMap((clump) =>
  (
    [
      ['with half an hour before', 'by the judge', true],
      ['with half an hour before, without halves', 'without halves', false],
      ['after a rollout of ten minutes', 'in the last rollout', true],
    ] as const
  ).map(([known, measurePhi, halved]) => ({
    kind: 'errors' as const,
    name: `clumps of ${clump}, by the judge ${known}`,
    world: { ...clumped(clump), halved },
    options: tenthUnknown,
    measurePhi,
    rivals: false,
  })),
)
/** A first release, of which nothing is known: at the traffic of the others, and at the ends of it. */
export const newClumpCells: readonly ErrorsCell[] = [
  ...[1, 1.5, 2, 4, 8].map((clump) => ({ clump, world: middle, where: '' })),
  ...(
    [
      [20, 0.5, 0.001],
      [100, 0.05, 0.01],
      [1000, 0.05, 0.001],
      [1000, 0.5, 0.01],
    ] as const
  ).flatMap(([rps, share, rate]) =>
    [2, 4].map((clump) => ({
      clump,
      world: { rps, shares: [share], stable: rate, canary: rate },
      where: ` (${percent(rate)}, ${where({ rps, share })})`,
    })),
  ),
].flatMap(({ clump, world, where: at }) =>
  [true, false].map((halved) => ({
    kind: 'errors' as const,
    name: `clumps of ${clump}, nothing known, ${halved ? 'with halves' : 'without halves'}${at}`,
    world: { ...world, clump, wave: 0.6, halved },
    options: { ...unknown, weights: [(world.shares[0] ?? 0) * 100] },
    rivals: false,
  })),
)

/** What it costs where failures are independent and nobody says so. */
export const unknownCells: readonly { readonly cell: ErrorsCell; readonly known: readonly ErrorsCell[] }[] = alternativeCells.map(
  (cell) => ({
    cell,
    known: (
      [
        ['half an hour before, halves', 'by the judge', true],
        ['half an hour before', 'without halves', false],
        ['nothing, halves', false, true],
        ['nothing', false, false],
      ] as const
    ).map(([name, measurePhi, halved]) => ({
      kind: 'errors',
      name: `${cell.name}, ${name}`,
      world: { ...cell.world, halved },
      options: { ...unknown, weights: cell.options.weights },
      measurePhi,
      rivals: false,
    })),
  }),
)

/** What measuring costs where failures are independent, and that clumps do not hide a worse canary. */
export const halvedCells: readonly ErrorsCell[] = (
  [
    ['0.1 % -> 1 %, halves of stable', 0.001, 0.01, 1],
    ['1 % -> 3 %, halves of stable', 0.01, 0.03, 1],
    ['1 % -> 3 %, halves of stable, clumps of 2', 0.01, 0.03, 2],
    ['1 % -> 3 %, halves of stable, clumps of 4', 0.01, 0.03, 4],
  ] as const
).map(([name, stable, canary, clump]) => ({
  kind: 'errors' as const,
  name: `${name}, 100 rps, 10 %`,
  world: { rps: 100, shares: [0.1], stable, canary, clump, halved: true },
  options: tenthUnknown,
  measurePhi: 'by the judge',
  rivals: false,
}))

const ramp = [0.05, 0.1, 0.25, 0.5]
const ramped = { ...plain, weights: ramp.map((share) => share * 100) }

export const otherCells: readonly ErrorsCell[] = [
  {
    kind: 'errors',
    name: 'common outage .5 % -> 8 % for 3 min',
    world: { ...middle, outage: { from: 1200, to: 1380, rate: 0.08 } },
    options: tenth,
    rivals: true,
  },
  {
    kind: 'errors',
    name: 'common outage .5 % -> 8 % for 5 min',
    world: { ...middle, outage: { from: 1200, to: 1500, rate: 0.08 } },
    options: tenth,
    rivals: true,
  },
  {
    kind: 'errors',
    name: 'ramp 5-10-25-50 %, no worse at 0.5 %',
    world: { ...middle, rps: 50, shares: ramp },
    options: ramped,
    rivals: true,
  },
  {
    kind: 'errors',
    name: 'ramp, 0.1 % -> 1 %',
    world: { rps: 50, shares: ramp, stable: 0.001, canary: 0.01 },
    options: ramped,
    rivals: true,
  },
  { kind: 'errors', name: 'ramp, 1 % -> 3 %', world: { rps: 50, shares: ramp, stable: 0.01, canary: 0.03 }, options: ramped, rivals: true },
  {
    kind: 'errors',
    name: 'ramp, 0.1 % -> 0.5 %',
    world: { rps: 50, shares: ramp, stable: 0.001, canary: 0.005 },
    options: ramped,
    rivals: true,
  },
  {
    kind: 'errors',
    name: 'late: 1 % -> 3 % after 20 min, 100 rps, 10 %',
    world: { rps: 100, shares: [0.1], stable: 0.01, canary: 0.03, onset: 1200 },
    options: tenth,
    rivals: false,
  },
  {
    kind: 'errors',
    name: 'late: 1 % -> 3 % after 20 min, 1000 rps, 10 %',
    world: { rps: 1000, shares: [0.1], stable: 0.01, canary: 0.03, onset: 1200 },
    options: tenth,
    rivals: false,
  },
  {
    kind: 'errors',
    name: 'defaults (gate 1.1 x + 0.1 pp), 1 % -> 3 %, 100 rps, 10 %',
    world: { rps: 100, shares: [0.1], stable: 0.01, canary: 0.03 },
    options: { weights: [10], overdispersion: 1 },
    rivals: false,
  },
  {
    kind: 'errors',
    name: 'strict promise, 1 % -> 3 %, 100 rps, 10 %',
    world: { rps: 100, shares: [0.1], stable: 0.01, canary: 0.03 },
    options: { weights: [10], protects: 'within-tolerance', overdispersion: 1 },
    rivals: false,
  },
  {
    kind: 'errors',
    name: 'strict promise, on its edge (1 % -> 1.2 %), 100 rps, 10 %',
    world: { rps: 100, shares: [0.1], stable: 0.01, canary: 0.012 },
    options: { weights: [10], protects: 'within-tolerance', overdispersion: 1 },
    rivals: false,
  },
]

const promotion = (name: string, rps: number, share: number, stable: number, canary: number, ratio: number): ErrorsCell => ({
  kind: 'errors',
  name,
  world: { rps, shares: [share], stable, canary },
  options: {
    tolerance: { ratio, absolute: 0.005 },
    harm: 1e-6,
    overdispersion: 1,
    weights: [share * 100],
    history: { requests: 6000, failures: Math.round(6000 * stable) },
  },
  until: 'pass',
  rivals: false,
})

/** Time to pass for a canary as good as stable at a margin of 0.5 percentage points, and wrong passes exactly on the margin. */
export const promotionCells: readonly ErrorsCell[] = [
  promotion('equal at 0.1 %, 100 rps, 10 %', 100, 0.1, 0.001, 0.001, 1),
  promotion('equal at 0.1 %, 1000 rps, 10 %', 1000, 0.1, 0.001, 0.001, 1),
  promotion('equal at 0.1 %, 20 rps, 10 %', 20, 0.1, 0.001, 0.001, 1),
  promotion('equal at 0.5 %, rho 1.5, 100 rps, 10 %', 100, 0.1, 0.005, 0.005, 1.5),
  promotion('equal at 1 %, rho 1.5, 100 rps, 10 %', 100, 0.1, 0.01, 0.01, 1.5),
  promotion('equal at 1 %, rho 1.5, 100 rps, 50 %', 100, 0.5, 0.01, 0.01, 1.5),
]
export const wrongPromotionCells: readonly ErrorsCell[] = [
  promotion('on the margin: 0.1 % and 0.6 %, 100 rps, 10 %', 100, 0.1, 0.001, 0.006, 1),
  promotion('on the margin: 1 % and 2 %, rho 1.5, 100 rps, 10 %', 100, 0.1, 0.01, 0.02, 1.5),
  promotion('on the margin: 1 % and 2 %, rho 1.5, 100 rps, 50 %', 100, 0.5, 0.01, 0.02, 1.5),
]

const latency = (name: string, rps: number, share: number, scale: number, late: number, common = 1): LatencyCell => ({
  kind: 'latency',
  independent: true,
  name,
  rps,
  share,
  scale,
  late,
  common,
})

export const latencyNullCells: readonly LatencyCell[] = [
  latency('as quick as stable, 20 rps, 10 %', 20, 0.1, 1, 0),
  latency('as quick as stable, 100 rps, 10 %', 100, 0.1, 1, 0),
  latency('both 1.5 times as slow for 10 min, 100 rps, 10 %', 100, 0.1, 1, 0, 1.5),
]
/** Where nobody says how slow requests clump. */
export const latencyUnknownCells: readonly LatencyCell[] = [
  ...latencyNullCells,
  latency('x 1.25, 20 rps, 10 %', 20, 0.1, 1.25, 0),
  latency('5 % a second later, 100 rps, 10 %', 100, 0.1, 1, 0.05),
].map((cell) => Object.assign({}, cell, { name: `${cell.name}, nothing known`, independent: false }))
export const latencyCells: readonly LatencyCell[] = (
  [
    [20, 0.1],
    [100, 0.1],
    [1000, 0.05],
  ] as const
).flatMap(([rps, share]) => [
  latency(`x 1.10, ${where({ rps, share })}`, rps, share, 1.1, 0),
  latency(`x 1.25, ${where({ rps, share })}`, rps, share, 1.25, 0),
  latency(`1 % a second later, ${where({ rps, share })}`, rps, share, 1, 0.01),
  latency(`5 % a second later, ${where({ rps, share })}`, rps, share, 1, 0.05),
])
