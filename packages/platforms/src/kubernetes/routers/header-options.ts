import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import type { Header } from './weights/sharing.ts'

const plain = z.string({ error: expected('letters, digits and ._-') }).regex(/^[\w.-]+$/, { error: expected('letters, digits and ._-') })

const header = keys({
  name: words.describe('Name of the header.'),
  value: words.default('always').describe('Its value.'),
})
  .optional()
  .describe('A header that brings a request to the canary whatever its weight, for smoke tests through the router.')

const cookie = keys({
  name: plain.describe('Name of the cookie.'),
  value: plain.default('always').describe('Its value.'),
})
  .optional()
  .describe('A cookie that does the same, for people with a browser.')

/** Options of all routers that can send requests to the canary by what they carry: `header: { name: x-canary }`, `cookie: { name: canary }`. */
export const headerOptions = { header, cookie } as const

interface HeaderOptions {
  readonly header?: z.output<typeof header>
  readonly cookie?: z.output<typeof cookie>
}

/**
 * One cookie among others in the header `Cookie` (RFC 6265, 4.2.1). The pattern takes the whole value and holds nothing that RE2 does not know,
 * for some routers match the whole and some look for a part.
 */
export const cookieHeader = ({ name, value }: NonNullable<HeaderOptions['cookie']>): Header => ({
  name: 'Cookie',
  value: `^(.*;[ ]?)?${escaped(name)}=${escaped(value)}(;.*)?$`,
  isPattern: true,
})

const escaped = (text: string): string => text.replaceAll('.', '[.]')

/** The headers that the options ask for: a request that carries any of them goes to the canary. */
export const headersOf = ({ header: given, cookie: cookies }: HeaderOptions): readonly Header[] => [
  ...(given === undefined ? [] : [given]),
  ...(cookies === undefined ? [] : [cookieHeader(cookies)]),
]

/** What a request of our own carries. Undefined when the options ask for nothing. */
export const canaryHeadersOf = ({ header: given, cookie: cookies }: HeaderOptions): Readonly<Record<string, string>> | undefined => {
  if (given !== undefined) return { [given.name]: given.value }
  return cookies && { cookie: `${cookies.name}=${cookies.value}` }
}
