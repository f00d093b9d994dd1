import { expect, test } from '@jest/globals'
import { defineAction, input, runs } from '@deploy-kit/core'

const greet = defineAction({
  name: 'greet',
  title: 'greet',
  summary: 'Says hello.',
  inputs: { whom: input.text({ required: true, about: 'Who is greeted.' }), times: input.integer({ about: 'How often.' }) },
  outputs: { said: 'What was said.' },
  permissions: {},
  hosts: {},
  branding: { icon: 'sun', color: 'blue' },
})

// The assertions are the compiler's: `npm run types` fails when one of these lines compiles without its comment.
test('an input or output that is not declared does not compile', () => {
  const main = runs(greet, async ({ inputs }) => {
    const whom: string = inputs.whom
    // @ts-expect-error -- it may be absent: it is neither required nor has it a default
    const times: number = inputs.times
    // @ts-expect-error -- no such input is declared
    const volume: unknown = inputs.volume
    const outputs = { said: `${whom} ${times} ${String(volume)}` }
    return { ok: true, outcome: 'greeted', reasonCode: 'ok', reason: '', result: null, outputs }
  })
  // @ts-expect-error -- no such output is declared
  runs(greet, async () => ({ ok: true, outcome: 'x', reasonCode: 'ok', reason: '', result: null, outputs: { shouted: 'x' } }))
  // @ts-expect-error -- no such reason code has a page
  runs(greet, async () => ({ ok: true, outcome: 'x', reasonCode: 'because', reason: '', result: null, outputs: {} }))
  expect(main).toBeInstanceOf(Function)
})
