import { describe, expect, test } from '@jest/globals'
import { input, readInputs } from '@deploy-kit/core'

const inputs = {
  image: input.text({ required: true, about: 'Image to release.' }),
  steps: input.weights({ default: [5, 100], about: 'Percent at each step.' }),
  watch: input.duration({ about: 'Time to watch.' }),
  'on-cancel': input.choice(['abort', 'freeze'], { default: 'abort', about: 'What is left behind.' }),
  token: input.secret({ about: 'Token.' }),
  key: input.headers({ about: 'Headers.' }),
}
const read = (given: Readonly<Record<string, string>>) => readInputs(inputs, (name) => given[name] ?? '')

describe('reading the inputs', () => {
  test('gives typed values, the defaults for what is not given, and nothing for what has none', () => {
    const values = read({ image: 'ghcr.io/acme/shop', watch: '10m' })
    expect(values).toEqual({ image: 'ghcr.io/acme/shop', steps: [5, 100], watch: 600_000, 'on-cancel': 'abort' })
    // The types are those of the definition; each of these would not compile otherwise.
    const weights: readonly number[] = values.steps
    const cancel: 'abort' | 'freeze' = values['on-cancel']
    // @ts-expect-error an input that has no default may be absent
    const watch: number = values.watch
    // @ts-expect-error an input that is not declared does not exist
    const unknown: unknown = values.strategy
    expect([weights, cancel, watch, unknown]).toEqual([[5, 100], 'abort', 600_000, undefined])
  })

  test('names every input that is wrong, what was given and what is allowed, in one error', () => {
    expect(() => read({ steps: '50, 5', 'on-cancel': 'explode' })).toThrow(
      expect.objectContaining({
        code: 'input-missing',
        message: [
          '`image` is required: Image to release. Allowed: any text.',
          '  `steps`: `50, 5` is not a list of rising whole percentages such as 5, 25, 50, 100. Allowed: whole percentages that rise, from 1 to 100, separated by commas.',
          '  `on-cancel`: `explode` is not one of abort, freeze. Allowed: abort, freeze.',
        ].join('\n'),
      }),
    )
  })

  test('does not repeat a secret that is wrong', () => {
    const error = (() => {
      try {
        return read({ image: 'x', key: 'Authorization hunter2' })
      } catch (thrown) {
        return thrown as Error
      }
    })()
    expect(error).toMatchObject({ code: 'input-invalid' })
    expect((error as Error).message).not.toContain('hunter2')
  })
})
