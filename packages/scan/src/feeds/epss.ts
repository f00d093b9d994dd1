import { createReadStream } from 'node:fs'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KitError } from '@deploy-kit/core'

/** Probabilities that a weakness is exploited within 30 days. */
export interface EpssScores {
  readonly scores: ReadonlyMap<string, number>
  /** Day of the scores, as the file says itself; '' when it does not. */
  readonly releasedAt: string
}

/**
 * The scores of some weaknesses from FIRST's epss_scores-….csv, plain or gzipped. It has one for every CVE there is, so only
 * what is asked for is kept.
 * @throws KitError `feed-invalid`
 */
export const readEpss = async (file: string, wanted: ReadonlySet<string>): Promise<EpssScores> => {
  const scores = new Map<string, number>()
  let releasedAt = ''
  let header: string | undefined
  const take = (line: string): void => {
    if (line.startsWith('#')) releasedAt = /score_date:([^,\s]+)/.exec(line)?.[1] ?? ''
    else if (header === undefined) header = line
    else {
      const [id = '', score = ''] = line.split(',')
      if (wanted.has(id)) scores.set(id, Number(score))
    }
  }
  try {
    await pipeline(
      createReadStream(file),
      file.endsWith('.gz') ? createGunzip() : new PassThrough(),
      async (chunks: AsyncIterable<Buffer>) => {
        let rest = ''
        for await (const chunk of chunks) {
          const lines = (rest + chunk.toString('latin1')).split(/\r?\n/)
          rest = lines.pop() ?? ''
          for (const line of lines) take(line)
        }
        if (rest !== '') take(rest)
      },
    )
  } catch (error) {
    throw new KitError('feed-invalid', `\`${file}\` cannot be read as a list of EPSS scores.`, { cause: error })
  }
  if (header === undefined || !/^cve,epss\b/.test(header) || [...scores.values()].some((score) => !(score >= 0 && score <= 1)))
    throw new KitError(
      'feed-invalid',
      `\`${file}\` is no list of EPSS scores: the columns \`cve,epss\` are expected, with scores from 0 to 1.`,
    )
  return { scores, releasedAt }
}
