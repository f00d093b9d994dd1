import { parseDuration } from '@deploy-kit/core'
import { expected, keys } from '@deploy-kit/core/yaml'
import * as z from 'zod'

const names = ['port-forward', 'service'] as const

const header = keys({
  url: z
    .url({ protocol: /^https?$/, error: expected('an address such as https://shop.example.com') })
    .describe('Address at which the router answers for the app.'),
  settle: z
    .string({ error: expected('a duration such as 500ms or 5s') })
    .refine((text) => parseDuration(text) !== undefined, { error: expected('a duration such as 500ms or 5s') })
    .default('2s')
    .describe('Time that the router has to follow, once the canary is in the route, before the first request.'),
}).describe('Through the router, by the header or the cookie that it is given: the way that users come.')

const service = keys({
  port: z
    .int({ error: expected('a port from 1 to 65535') })
    .min(1)
    .max(65_535)
    .optional()
    .describe('Port of the Service. Default: its first.'),
  scheme: z
    .enum(['http', 'https'], { error: expected('http or https') })
    .default('http')
    .describe('How the app is spoken to.'),
}).describe('By the names of the Services in the cluster, for runners inside of it.')

const either = `one of ${names.join(', ')}, or a mapping with the key header or service`

/** `endpoint: port-forward`, `endpoint: service`, or `endpoint: { header: { url: https://shop.example.com } }`. */
export const endpointOptions = z.union(
  [
    z.enum(names),
    keys({ header: header.optional(), service: service.optional() }).refine(
      (given) => (given.header === undefined) !== (given.service === undefined),
      { error: expected(either) },
    ),
  ],
  { error: expected(either) },
)

export type EndpointOptions = z.output<typeof endpointOptions>

/** A way to one side of the workload. */
export type Way =
  | { readonly by: 'port-forward' }
  | { readonly by: 'header'; readonly url: string; readonly settleMs: number }
  | { readonly by: 'service'; readonly port: number | undefined; readonly scheme: 'http' | 'https' }

export const chosenWay = (given: EndpointOptions = 'port-forward'): Way => {
  if (given === 'port-forward') return { by: given }
  if (given === 'service') return { by: given, port: undefined, scheme: 'http' }
  if (given.header !== undefined) return { by: 'header', url: given.header.url, settleMs: parseDuration(given.header.settle) ?? 0 }
  return { by: 'service', port: given.service?.port, scheme: given.service?.scheme ?? 'http' }
}
