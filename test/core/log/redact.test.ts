import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { Redactor } from '@deploy-kit/core'

const redactorOf = (...secrets: readonly string[]): Redactor => {
  const redactor = new Redactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}

describe('the redactor', () => {
  test('hides every place of a secret', () => {
    expect(redactorOf('hunter2').redact('hunter2 and hunter2')).toBe('*** and ***')
  })

  test('hides each line of a key, because tools print lines', () => {
    const redactor = redactorOf('-----BEGIN-----\r\nabcdef\r\n-----END-----')
    expect(redactor.redact('the key is abcdef')).toBe('the key is ***')
  })

  test('hides the longer secret whole when it holds a shorter one', () => {
    expect(redactorOf('pass', 'password').redact('my password')).toBe('my ***')
  })

  test('leaves texts that are too short to be secrets, which would shred the log', () => {
    expect(redactorOf('abc', '').redact('abc')).toBe('abc')
  })

  test('takes a secret as it is, not as a pattern', () => {
    expect(redactorOf('a.*$&').redact('a.*$& axx')).toBe('*** axx')
  })

  test('lets no secret through', () => {
    const secret = fc.string({ minLength: 4, maxLength: 12 }).filter((text) => !/[\r\n*]/.test(text))
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1 }), fc.string(), (secrets, text) => {
        const shown = redactorOf(...secrets).redact(secrets.join(text))
        return secrets.every((hidden) => !shown.includes(hidden))
      }),
    )
  })
})
