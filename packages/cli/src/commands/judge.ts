import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Command, InvalidArgumentError } from 'commander'
import { formatDuration, KitError } from '@deploy-kit/core'
import { estimateDispersion, neighbours, type JudgeOptions } from '@deploy-kit/judge'
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
    .option('--tolerance-ratio <number>', 'the canary may fail so many times as often as stable', number, 1.1)
    .option('--tolerance-absolute <percentage>', 'and so much more (default: 0.1%)', share)
    .option('--phi <number>', 'overdispersion: variance of failures that come in clumps', number)
    .option('--history <file>', "a series before the release, of which stable's failures give phi")
    .option('--slo <seconds>', 'judge the latency buckets of the series too, with this objective', number)
    .option('--json', 'print one JSON line for each line')
  return command.action(async (file: string) => {
    const flags = command.opts<JudgeFlags>()
    const [{ readSeries }, { replay }] = await Promise.all([import('../replay/read-series.ts'), import('../replay/replay.ts')])
    const read = async (path: string) =>
      readSeries(
        path === '-' ? await text(process.stdin) : await readFile(path, 'utf8').catch(unreadable(path)),
        path === '-' ? 'standard input' : path,
      )
    const lines = await read(file)
    const phi =
      flags.phi ??
      (flags.history === undefined
        ? undefined
        : estimateDispersion(neighbours((await read(flags.history)).map(({ stable }) => stable))).overdispersion)
    if (phi !== undefined && flags.json !== true) process.stdout.write(`phi ${phi.toFixed(2)}\n`)
    for (const said of replay(lines, optionsOf(flags, phi)))
      process.stdout.write(`${flags.json === true ? JSON.stringify(said) : sentence(said)}\n`)
  })
}

const unreadable =
  (path: string) =>
  (error: unknown): never => {
    throw new KitError('series-invalid', `${path} cannot be read.`, { cause: error })
  }

const optionsOf = (flags: JudgeFlags, phi: number | undefined): JudgeOptions => ({
  falseRollbacks: flags.falseRollbacks,
  harm: flags.harm,
  tolerance: { ratio: flags.toleranceRatio, absolute: flags.toleranceAbsolute },
  ...(phi !== undefined && { overdispersion: phi }),
  ...(flags.slo !== undefined && { latency: { slo: flags.slo } }),
})

const sentence = ({ at, weight, verdict, culprit, evidence, forecast }: Replayed): string => {
  const ahead =
    forecast === null
      ? ''
      : `; at this traffic ten times the failures take ${formatDuration(forecast.detectMs)}, a good one passes after ${formatDuration(forecast.passMs)}`
  return `${at}  ${String(weight).padStart(3)} %  ${verdict.padEnd(12)} ${culprit === null ? '' : `${culprit}: `}${evidence}${verdict === 'fail' ? '' : ahead}`
}

const number = (given: string): number => {
  const value = Number(given)
  if (given !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('Expected a number above 0.')
}

const share = (given: string): number => {
  if (/^\d+(?:\.\d+)?%$/.test(given) && Number.parseFloat(given) > 0) return Number.parseFloat(given) / 100
  throw new InvalidArgumentError('Expected a percentage such as 1%.')
}
