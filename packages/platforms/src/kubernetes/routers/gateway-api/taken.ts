import { KitError } from '@deploy-kit/core'
import type { RouterContext } from '../router.ts'
import type { ParentRef, ParentStatus, Route } from './route.ts'

const pollMs = 20

/**
 * Returns when every parent that the route names has taken this generation of it, with all of its references.
 * @throws KitError `route-not-accepted` with what the controller says, at once when it refuses this very generation
 */
export const awaitTaken = async (
  path: string,
  written: Route,
  { client, clock, withinMs }: Pick<RouterContext, 'client' | 'clock' | 'withinMs'>,
  signal: AbortSignal,
): Promise<void> => {
  const generation = written.metadata?.generation ?? 0
  const deadline = clock.now() + withinMs
  for (let route: Route | undefined = written; ; route = await client.get<Route>(path, { signal })) {
    const state = route === undefined ? waiting('it is gone') : takenBy(route, generation)
    if (state.taken) return
    if (state.final || clock.now() > deadline)
      throw new KitError('route-not-accepted', `The route ${written.metadata?.name ?? ''} has not been taken: ${state.text}.`, {
        ...(state.text.includes('RefNotPermitted') && {
          remedy: 'Let the ReferenceGrant in the namespace of the Services cover the Service of the canary too.',
        }),
      })
    await clock.sleep(pollMs, signal)
  }
}

interface Taken {
  readonly taken: boolean
  /** No waiting changes it. */
  readonly final: boolean
  readonly text: string
}

const waiting = (text: string): Taken => ({ taken: false, final: false, text })

/**
 * Whether every parent has taken a generation of the route: `Accepted` and `ResolvedRefs` are True and not of an older one. An
 * unresolved backend answers 500 for its share (gateway-api, RouteConditionResolvedRefs), so both are waited for.
 */
export const takenBy = (route: Route, generation: number): Taken => {
  for (const parent of route.spec.parentRefs ?? []) {
    const answers = (route.status?.parents ?? []).filter(({ parentRef }) => parentRef === undefined || isSame(parentRef, parent, route))
    if (answers.length === 0) return waiting(`the parent ${parent.name} has not answered`)
    for (const answer of answers) {
      const state = takenIn(answer, generation)
      if (!state.taken) return state
    }
  }
  return { taken: true, final: true, text: 'taken' }
}

const takenIn = ({ controllerName = 'a controller', conditions = [] }: ParentStatus, generation: number): Taken => {
  for (const type of ['Accepted', 'ResolvedRefs']) {
    const condition = conditions.find((each) => each.type === type)
    if (condition === undefined || (condition.observedGeneration ?? 0) < generation)
      return waiting(`${controllerName} has not seen generation ${generation}`)
    const { status, reason = '', message = '' } = condition
    // A Service that was made a moment ago may not be known to the controller yet, so its refusal of references is no last word.
    if (status !== 'True')
      return {
        taken: false,
        final: type === 'Accepted' && status === 'False',
        text: `${controllerName}: ${type} is ${status}, ${reason} ${message}`.trim(),
      }
  }
  return { taken: true, final: true, text: 'taken' }
}

/** Whether two references name one parent; what is absent has a default (gateway-api, v1 ParentReference). */
const isSame = (a: ParentRef, b: ParentRef, { metadata }: Route): boolean => {
  const whole = ({
    group = 'gateway.networking.k8s.io',
    kind = 'Gateway',
    namespace = metadata?.namespace,
    name,
    sectionName = '',
    port = 0,
  }: ParentRef) => [group, kind, namespace, name, sectionName, port].join('/')
  return whole(a) === whole(b)
}
