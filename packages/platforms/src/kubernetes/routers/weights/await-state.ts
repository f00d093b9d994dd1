import { KitError } from '@deploy-kit/core'
import type { KubeObject } from '../../api/index.ts'
import type { RouterContext } from '../router.ts'

/** What an object says about whether its controller has taken it. */
export interface Taken {
  readonly taken: boolean
  /** No waiting changes it. */
  readonly final: boolean
  readonly text: string
}

export const waiting = (text: string): Taken => ({ taken: false, final: false, text })
export const taken: Taken = { taken: true, final: true, text: 'taken' }

const firstPauseMs = 20
const longestPauseMs = 500

/** Returns when the controller has taken what was written. @throws KitError `route-not-accepted` with what it says */
export const awaitState = async <T extends KubeObject>(
  path: string,
  written: T,
  stateOf: (object: T, generation: number) => Taken,
  { client, clock, withinMs }: Pick<RouterContext, 'client' | 'clock' | 'withinMs'>,
  signal: AbortSignal,
): Promise<void> => {
  const { name = '', generation = 0 } = written.metadata ?? {}
  const deadline = clock.now() + withinMs
  let pauseMs = firstPauseMs
  for (let object: T | undefined = written; ; object = await client.get<T>(path, { signal })) {
    const state = object === undefined ? waiting('it is gone') : stateOf(object, generation)
    if (state.taken) return
    if (state.final || clock.now() > deadline)
      throw new KitError('route-not-accepted', `${written.kind ?? 'The route'} ${name} has not been taken: ${state.text}.`, {
        ...(state.text.includes('RefNotPermitted') && {
          remedy: 'Let the ReferenceGrant in the namespace of the Services cover the Service of the canary too.',
        }),
      })
    await clock.sleep(pauseMs, signal)
    pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)
  }
}
