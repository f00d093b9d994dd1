import type { Outcome, ReleaseRecord } from '@deploy-kit/records'
import type { Release } from '@deploy-kit/rollout'

export const minute = 60_000
export const start = Date.UTC(2026, 0, 2)

/** A version of the shop, told by a letter: the digest is made of its code. */
export const version = (name: string, configuration = 'c'): Release => {
  const digest = `sha256:${Buffer.from(name).toString('hex').repeat(64).slice(0, 64)}`
  return { digest, image: `shop@${digest}`, version: name, environment: {}, configuration }
}

interface Chapter {
  readonly outcome: Outcome
  readonly kind?: ReleaseRecord['kind']
  readonly verified?: ReleaseRecord['verified']
  readonly reason?: string
  readonly replaced?: string
  readonly release?: Release
}

/**
 * A history told from the oldest chapter to the newest, a minute apart; the records come newest first, as they are stored.
 * Each is written `A promoted`: a version, what became of it, and for a return what it replaced: `A returns from B`.
 */
export const history = (...chapters: readonly string[]): ReleaseRecord[] =>
  chapters.map((chapter, index) => recordOf(`r${index + 1}`, start + index * minute, chapter)).toReversed()

const recordOf = (id: string, at: number, chapter: string): ReleaseRecord => {
  const [name = '', ...words] = chapter.split(' ')
  return {
    id,
    at,
    kind: 'release',
    run: { id: 'acme/shop/1', attempt: 1, actor: 'ada' },
    release: version(name),
    verified: {},
    ...told(words.join(' ')),
  }
}

const told = (what: string): Chapter => {
  const [, returnedFrom] = /^returns from (\w)$/.exec(what) ?? []
  if (returnedFrom !== undefined) return { kind: 'rollback', outcome: 'promoted', replaced: version(returnedFrom).digest }
  const [, stayed] = /^could not return from (\w)$/.exec(what) ?? []
  if (stayed !== undefined) return { kind: 'rollback', outcome: 'aborted', replaced: version(stayed).digest, reason: 'cancelled: SIGINT' }
  const [, rolledBackTo] = /^rolled back to (\w)$/.exec(what) ?? []
  if (rolledBackTo !== undefined)
    return { outcome: 'rolled-back', replaced: version(rolledBackTo).digest, reason: 'watch-failed: it failed' }
  const chapter = chapters[what]
  if (chapter === undefined) throw new RangeError(`no chapter is called ${what}`)
  return chapter
}

const chapters: Readonly<Record<string, Chapter>> = {
  promoted: { outcome: 'promoted', verified: { smoke: true, judge: true } },
  'promoted after smoke': { outcome: 'promoted', verified: { smoke: true, judge: false } },
  'promoted unverified': { outcome: 'promoted', verified: { smoke: false, judge: false } },
  'aborted by the judge': { outcome: 'aborted', reason: 'canary-failing: 3.1 % against 0.9 %' },
  'aborted by a person': { outcome: 'aborted', reason: 'cancelled: SIGINT' },
  'was found': { kind: 'adopted', outcome: 'promoted' },
  superseded: { outcome: 'superseded' },
}
