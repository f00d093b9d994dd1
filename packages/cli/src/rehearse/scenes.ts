import type { RehearsedRelease } from './result.ts'

/** A release that the rehearsal shows, and how it must end. */
export interface Scene {
  readonly name: RehearsedRelease['name']
  readonly version: string
  readonly title: string
  /** Build arguments of the sample application (examples/shop). */
  readonly build: Readonly<Record<string, string>>
  readonly expected: string
  /** The deploying process is killed when the canary has this weight. */
  readonly killAt?: number
}

export const scenes: readonly [Scene, ...Scene[]] = [
  { name: 'first', version: 'v1', title: 'First release: something has to serve', build: { VERSION: 'v1' }, expected: 'promoted' },
  {
    name: 'good',
    version: 'v2',
    title: 'A good release is promoted step by step',
    build: { VERSION: 'v2', DEALS: 'on' },
    expected: 'promoted',
  },
  {
    name: 'bad',
    version: 'v3',
    title: 'A bad release is caught and sent back',
    build: { VERSION: 'v3', DEALS: 'percent' },
    expected: 'aborted',
  },
  {
    name: 'killed',
    version: 'v4',
    title: 'A release is killed in the middle, and its traffic comes home',
    build: { VERSION: 'v4', DEALS: 'on' },
    expected: 'aborted',
    killAt: 25,
  },
]

/** Requests a second that users send; how long the judge needs follows from it. */
export const perSecond = 200
