import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command, InvalidArgumentError } from 'commander'
import { formatDuration, KitError } from '@deploy-kit/core'
import type { JudgeOptions } from '@deploy-kit/judge'
import type { Past } from '../replay/history.ts'
import type { Replayed } from '../replay/replay.ts'

interface JudgeFlags {
  readonly falseRollbacks?: number
  readonly harm?: number
  readonly toleranceRatio: number
  readonly toleranceAbsolute?: number
  readonly phi?: number
  readonly history?: string
  readonly slo?: number
  readonly json?: true
}

/** Replays a recorded series: what would the judge have said about our last bad release? */
export const judgeCommand = (): Command => {
  const command = new Command('judge')
    .description('replay a recorded series before the judge: JSON lines or CSV of time, canary and stable requests and failures')
    .argument('<file>', 'the series, - for standard input')
    .option('--false-rollbacks <percentage>', 'share of good releases that may be sent back (default: 1%)', share)
    .option('--harm <percentage>', 'share of all requests that may fail because of the canary (default: 0.1%)', share)
    .option('--tolerance-ratio <number>', 'the canary may fail so many times as often as stable', atLeastOne, 1.1)
    .option('--tolerance-absolute <percentage>', 'and so much more (default: 0.1%)', share)
    .option(
      '--phi <number>',
      'so many failures count as one, since they come in clumps; 1 for independent ones (default: found out)',
      atLeastOne,
    )
    .option('--history <file>', 'a series before the release: what stable did, and how its failures clump')
    .option('--slo <seconds>', 'judge the latency buckets of the series too, with this objective', number)
    .option('--json', 'print one JSON line for each line')
  return command.action(async (file: string) => {
    const flags = command.opts<JudgeFlags>()
    const [{ readSeries }, { replay }, { pastOf }] = await Promise.all([
      import('../replay/read-series.ts'),
      import('../replay/replay.ts'),
      import('../replay/history.ts'),
    ])
    const read = async (path: string) =>
      readSeries(
        path === '-' ? await text(process.stdin) : await readFile(path, 'utf8').catch(unreadable(path)),
        path === '-' ? 'standard input' : path,
      )
    const lines = await read(file)
    const past = flags.history === undefined ? undefined : pastOf(await read(flags.history))
    if (flags.json !== true) for (const said of describePast(past, flags.phi)) process.stdout.write(`${said}\n`)
    for (const said of replay(lines, optionsOf(flags, past)))
      process.stdout.write(`${flags.json === true ? JSON.stringify(said) : sentence(said)}\n`)
  })
}

const unreadable =
  (path: string) =>
  (error: unknown): never => {
    throw new KitError('series-invalid', `${path} cannot be read.`, { cause: error })
  }

/** Odds at which a history is too noisy: those of one false alarm in a hundred. */
const noisyAt = 100

const unknownClumps =
  'phi is found out from the series; until then failures of a line count as one. --history tells before, and --phi 1 says that they are independent'

const describePast = (past: Past | undefined, given: number | undefined): readonly string[] => {
  const phi = given ?? past?.phi
  const lines = phi === undefined ? [unknownClumps] : [`phi ${phi.toFixed(2)}`]
  if (past === undefined || past.control < noisyAt) return lines
  return [
    ...lines,
    `stable differs from itself in its history, ${past.control > 1e6 ? 'over 1000000' : Math.floor(past.control)} : 1: too noisy for statistics`,
  ]
}

const optionsOf = (flags: JudgeFlags, past: Past | undefined): JudgeOptions => ({
  falseRollbacks: flags.falseRollbacks,
  harm: flags.harm,
  tolerance: { ratio: flags.toleranceRatio, absolute: flags.toleranceAbsolute },
  ...(past !== undefined && { overdispersion: past.phi, history: past.history }),
  ...(flags.phi !== undefined && { overdispersion: flags.phi }),
  ...(flags.slo !== undefined && { latency: { slo: flags.slo } }),
})

const sentence = ({ at, weight, verdict, culprit, evidence, forecast }: Replayed): string => {
  const ahead =
    forecast === null
      ? ''
      : `; at this traffic ten times the failures take ${formatDuration(forecast.detectMs)}, a good one passes after ${formatDuration(forecast.passMs)}`
  // Evidence of another metric than the failures begins with its name.
  const named = culprit === null || evidence.startsWith(`${culprit}: `) ? evidence : `${culprit}: ${evidence}`
  return `${at}  ${String(weight).padStart(3)} %  ${verdict.padEnd(12)} ${named}${verdict === 'fail' ? '' : ahead}`
}

const number = (given: string): number => {
  const value = Number(given)
  if (given !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}

const atLeastOne = (given: string): number => {
  if (Number(given) >= 1) return number(given)
  throw new InvalidArgumentError('Expected a number from 1.')
}

const share = (given: string): number => {
  const percents = /^\d+(?:\.\d+)?%$/.test(given) ? Number.parseFloat(given) : 0
  if (percents > 0 && percents < 100) return percents / 100
  throw new InvalidArgumentError('Expected a percentage such as 1%, above 0% and below 100%.')
}
