import { taken, waiting, type Taken } from '../weights/await-state.ts'
import type { ParentRef, ParentStatus, Route } from './route.ts'

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
  return taken
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
  return taken
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
