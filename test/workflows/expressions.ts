import { data, Evaluator, Lexer, Parser } from '@actions/expressions'
import type { ExpressionData } from '@actions/expressions/data/expressiondata'
import type { FunctionDefinition } from '@actions/expressions/funcs/info'

/** What became of a job. */
export const results = ['success', 'failure', 'cancelled', 'skipped'] as const
export type Result = (typeof results)[number]

export type Value = string | number | boolean | null | { readonly [name: string]: Value }
export type Contexts = Readonly<Record<string, Value>>

const contextNames = ['github', 'inputs', 'needs', 'jobs', 'steps', 'runner', 'matrix', 'secrets']

/**
 * The value of `${{ … }}`, or of a whole text with several, by GitHub's own evaluator.
 * @throws Error when the expression names a function or a context that is not there
 */
export const evaluate = (text: string, contexts: Contexts, functions: readonly FunctionDefinition[] = []): Value => {
  const whole = /^\s*\$\{\{(?<expression>(?:(?!\}\}).)*)\}\}\s*$/s.exec(text)?.groups?.['expression']
  if (whole !== undefined) return plain(evaluateOne(whole, contexts, functions))
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => evaluateOne(expression, contexts, functions).coerceString())
}

/**
 * Whether a job runs, by the results of those that it needs and whether the run was cancelled. A condition that names
 * no status function has `success() &&` before it, as on GitHub.
 */
export const jobRuns = (
  condition: string | undefined,
  given: { readonly needs: Readonly<Record<string, Result>>; readonly inputs: Contexts; readonly cancelled?: boolean },
): boolean => {
  const status = statusOf(Object.values(given.needs), given.cancelled)
  const asked = (condition ?? 'success()').replace(/^\s*\$\{\{/, '').replace(/\}\}\s*$/, '')
  const whole = /\b(?:always|cancelled|success|failure)\(\)/.test(asked) ? asked : `success() && (${asked})`
  const needs = Object.fromEntries(Object.entries(given.needs).map(([id, result]) => [id, { result }]))
  return evaluate(`\${{ ${whole} }}`, { needs, inputs: given.inputs }, status) === true
}

/** The status functions, by the results of what came before. */
export const statusOf = (before: readonly Result[], cancelled = false): readonly FunctionDefinition[] => [
  status0('always', true),
  status0('cancelled', cancelled),
  status0('success', !cancelled && before.every((result) => result === 'success')),
  status0('failure', !cancelled && before.includes('failure')),
]

/** Every `<context>.<a>.<b>…` that the expressions of a text name. */
export const references = (text: string): readonly string[] =>
  [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].flatMap(([, expression]) =>
    [...(expression ?? '').replaceAll(/'[^']*'/g, '').matchAll(/\b(?:inputs|needs|jobs|steps|matrix)(?:\.[\w*-]+)+/g)].map(
      ([name]) => name,
    ),
  )

const status0 = (name: string, value: boolean): FunctionDefinition => ({
  name,
  minArgs: 0,
  maxArgs: 0,
  call: () => new data.BooleanData(value),
})

const evaluateOne = (expression: string, contexts: Contexts, functions: readonly FunctionDefinition[]): ExpressionData => {
  const tree = new Parser(new Lexer(expression).lex().tokens, contextNames, [...functions]).parse()
  const given = new data.Dictionary(...Object.entries(contexts).map(([key, value]) => ({ key, value: wrapped(value) })))
  return new Evaluator(tree, given, new Map(functions.map((one) => [one.name, one]))).evaluate()
}

const wrapped = (value: Value): ExpressionData => {
  if (value === null) return new data.Null()
  if (typeof value === 'string') return new data.StringData(value)
  if (typeof value === 'number') return new data.NumberData(value)
  if (typeof value === 'boolean') return new data.BooleanData(value)
  return new data.Dictionary(...Object.entries(value).map(([key, one]) => ({ key, value: wrapped(one) })))
}

const plain = (value: ExpressionData): Value => {
  if (value instanceof data.BooleanData) return value.value
  if (value instanceof data.NumberData) return value.value
  if (value instanceof data.Null) return null
  return value.coerceString()
}
