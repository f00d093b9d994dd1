import { AwsV4Signer } from 'aws4fetch'
import { XMLParser } from 'fast-xml-parser'
import * as z from 'zod'
import { patient, request, type Clock } from '@deploy-kit/core'
import type { AwsCredentials } from './credentials.ts'

/** An answer of the API that is no result. */
export class ElbRefusal extends Error {}

/** The query API of Elastic Load Balancing, as far as it only looks. */
export interface ElbApi {
  /** All members of a list in the result of an action, over all of its pages. @throws ElbRefusal */
  list<T extends z.ZodType>(
    action: string,
    parameters: Readonly<Record<string, string>>,
    list: string,
    member: T,
    signal: AbortSignal,
  ): Promise<readonly z.output<T>[]>
}

/** Of Elastic Load Balancing version 2 (docs.aws.amazon.com/elasticloadbalancing/latest/APIReference). */
const version = '2015-12-01'
/** A page holds 400 members; an account with more than this many pages has something wrong with it. */
const mostPages = 50

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: (name) => name === 'member' })
const fault = z.object({ ErrorResponse: z.object({ Error: z.object({ Code: z.string(), Message: z.string().default('') }) }) })
/** Members of a list; one without any is an empty element, or absent. */
export const membersIn = <T extends z.ZodType>(member: T) =>
  z
    .union([z.object({ member: z.array(member) }), z.literal('')])
    .optional()
    .transform((given) => (given === undefined || given === '' ? [] : given.member))

export const elbApi = (region: string, endpoint: string | undefined, credentials: AwsCredentials, clock: Clock): ElbApi => {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const url = endpoint ?? `https://elasticloadbalancing.${region}.${suffix}/`
  const ask = async (body: string, signal: AbortSignal): Promise<unknown> => {
    const { sessionToken, ...keys } = credentials
    const signer = new AwsV4Signer({
      ...keys,
      ...(sessionToken !== undefined && { sessionToken }),
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
      service: 'elasticloadbalancing',
      region,
      datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    })
    const headers = Object.fromEntries((await signer.sign()).headers)
    const answer = await request(url, { method: 'POST', headers, body, signal, clock, policy: { ...patient, retries: 2 } })
    const parsed: unknown = parser.parse(answer.body)
    if (answer.status < 400) return parsed
    const refused = fault.safeParse(parsed)
    const { Code: code, Message: message } = refused.data?.ErrorResponse.Error ?? { Code: `status ${answer.status}`, Message: '' }
    throw new ElbRefusal(`${code}${message === '' ? '' : `: ${message}`}`)
  }
  return {
    list: async (action, parameters, list, member, signal) => {
      const found: z.output<typeof member>[] = []
      let marker = ''
      for (let page = 0; page < mostPages; page += 1) {
        const asked = { Action: action, Version: version, ...parameters, ...(marker !== '' && { Marker: marker }) }
        const result = within(await ask(new URLSearchParams(asked).toString(), signal), `${action}Response`, `${action}Result`)
        const members = membersIn(member).safeParse(result?.[list])
        if (result === undefined || !members.success) throw new ElbRefusal(`the answer to ${action} is not what is documented`)
        found.push(...members.data)
        marker = typeof result['NextMarker'] === 'string' ? result['NextMarker'] : ''
        if (marker === '') return found
      }
      throw new ElbRefusal(`the pages of ${action} do not end`)
    },
  }
}

type Element = Readonly<Record<string, unknown>>

const within = (document: unknown, ...names: readonly string[]): Element | undefined =>
  names.reduce<unknown>((element, name) => (isElement(element) ? element[name] : undefined), document) as Element | undefined

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null
