import { expected, keys } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { registry, type RouterName } from './registry.ts'

export { abilities } from './abilities.ts'
export { registry, type RouterName } from './registry.ts'
export type { Router, RouterContext, RouterModule } from './router.ts'

const names = ['auto', ...(Object.keys(registry) as RouterName[])] as const
const options = Object.fromEntries(Object.entries(registry).map(([name, each]) => [name, each.options.optional()])) as {
  readonly [Name in RouterName]: z.ZodOptional<(typeof registry)[Name]['options']>
}

/** `router: gateway-api`, or `router: { gateway-api: { route: shop } }` with options. */
export const routerOptions = z.union(
  [
    z.enum(names),
    keys(options).refine((given) => Object.values(given).filter((each) => each !== undefined).length === 1, {
      error: expected(`one of the routers ${names.join(', ')}`),
    }),
  ],
  { error: expected(`one of the routers ${names.join(', ')}, or one of them with its options`) },
)

export type RouterOptions = z.output<typeof routerOptions>

/** A router as it is chosen, with either way of writing it. */
export type ChosenRouter =
  | { readonly name: 'auto'; readonly settings: undefined }
  | { readonly [Name in RouterName]: { readonly name: Name; readonly settings: z.output<(typeof registry)[Name]['options']> } }[RouterName]

/** Which router the options choose: `auto` where they say nothing. */
export const chosenRouter = (given: RouterOptions = 'auto'): ChosenRouter => {
  if (given === 'auto') return { name: 'auto', settings: undefined }
  const [name, settings] = typeof given === 'string' ? [given, {}] : (Object.entries(given).find(([, each]) => each !== undefined) ?? [])
  if (name === undefined) return { name: 'auto', settings: undefined }
  return { name, settings: registry[name as RouterName].options.parse(settings) } as ChosenRouter
}
