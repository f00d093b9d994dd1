import type { Json } from '@deploy-kit/core'

/** A smoke suite as it runs: durations in milliseconds, patterns and JSONPath queries compiled. */
export interface Suite {
  readonly name: string
  /** One limit for everything, retries and pauses included. */
  readonly deadlineMs: number
  /** Limit of one try; a try that takes longer counts as a network error. */
  readonly timeoutMs: number
  /** Good answers that each check needs in a row, each over a new connection. */
  readonly consecutive: number
  readonly headers: Readonly<Record<string, string>>
  readonly expectVersion?: VersionQuestion
  readonly checks: readonly Check[]
}

/** Where an answer says which version gave it. */
export type VersionQuestion =
  /** In a header, of every answer, or of that of one path. */
  | { readonly kind: 'header'; readonly header: string; readonly path?: string }
  | { readonly kind: 'json'; readonly query: JsonQuery; readonly path: string }

export interface Check {
  readonly name: string
  readonly request: CheckRequest
  readonly expect: Expectations
}

export interface CheckRequest {
  readonly method: string
  /** Path and query, appended to the address under test. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Text as it is; anything else is sent as JSON. */
  readonly body?: Json
  /** Redirects to follow; the answer after them is checked. */
  readonly redirects: number
}

export interface Expectations {
  /** Undefined: any 2xx. */
  readonly status?: readonly number[]
  readonly headers: Readonly<Record<string, TextExpectation>>
  readonly body?: TextExpectation
  readonly json: readonly JsonExpectation[]
  /** Of the whole exchange: connection, request, answer to its last byte. */
  readonly maxLatencyMs?: number
}

export interface TextExpectation {
  readonly exists?: boolean
  readonly equals?: string
  readonly contains?: string
  readonly matches?: RegExp
  /** As header values are compared: without the parameters after `;` unless they are asked for. */
  readonly is?: string
}

export interface JsonExpectation {
  readonly query: JsonQuery
  readonly exists?: boolean
  readonly equals?: Json
  readonly above?: number
  readonly below?: number
  readonly contains?: Json
  readonly matches?: RegExp
  /** How many values the query finds. */
  readonly count?: number
}

/** A compiled JSONPath (RFC 9535). */
export interface JsonQuery {
  readonly path: string
  /** Every value that the path finds. */
  find(document: Json): readonly Json[]
}
