import type { Header, Sides } from '../weights/sharing.ts'
import type { BackendRef, Match, Route, Rule } from './route.ts'

const isCanarys =
  ({ canary }: Sides) =>
  ({ name, kind = 'Service', group = '' }: BackendRef): boolean =>
    name === canary && kind === 'Service' && group === ''

/** A rule that sends requests with a header to the canary alone, which only deploy-kit makes. Its name is lost before Gateway API 1.2. */
export const isHeaderRule = ({ backendRefs = [], matches = [] }: Rule, sides: Sides): boolean =>
  backendRefs.length === 1 &&
  backendRefs.every(isCanarys(sides)) &&
  matches.length > 0 &&
  matches.every(({ headers }) => headers !== undefined)

/**
 * The route with a rule for requests with one of the headers above each rule that has the canary: the same matches and filters, to the canary
 * alone. One more header makes it the more specific one of the two (gateway-api, HTTPRouteRule: precedence of matches).
 */
export const withHeaderRules = (route: Route, headers: readonly Header[], sides: Sides): Route => {
  const { rules = [] } = route.spec
  if (rules.some((rule) => isHeaderRule(rule, sides))) return route
  const added = rules.flatMap((rule, index): Rule[] => {
    const { backendRefs = [], matches = [{}] } = rule
    const ref = backendRefs.find(isCanarys(sides))
    if (ref === undefined) return []
    return [
      {
        ...rule,
        name: `${sides.canary}-by-header-${index}`,
        matches: matches.flatMap((match) => headers.map((header) => withHeader(match, header))),
        backendRefs: [{ ...ref, weight: 1 }],
      },
    ]
  })
  return { ...route, spec: { ...route.spec, rules: [...added, ...rules] } }
}

export const withoutHeaderRules = (route: Route, sides: Sides): Route => {
  const { rules = [] } = route.spec
  if (!rules.some((rule) => isHeaderRule(rule, sides))) return route
  return { ...route, spec: { ...route.spec, rules: rules.filter((rule) => !isHeaderRule(rule, sides)) } }
}

const withHeader = (match: Match, { name, value, isPattern = false }: Header): Match => ({
  ...match,
  headers: [...(match.headers ?? []), { name, value, type: isPattern ? 'RegularExpression' : 'Exact' }],
})
