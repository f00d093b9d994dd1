import { describe, expect, test } from '@jest/globals'
import { asKitError, explain, KitError, messageOf, reasonCodes } from '@deploy-kit/core'

describe('an error', () => {
  test('explains itself: place, code, what was seen, why, what to do, and the page', () => {
    const error = new KitError('plan-impossible', '5 % of 3 replicas cannot be reached.', {
      where: 'deploy-kit.yml:14:9',
      remedy: 'Use 33 %, or name a router.',
      cause: new Error('no router'),
    })
    expect(explain(error)).toBe(
      [
        'deploy-kit.yml:14:9  plan-impossible',
        '  5 % of 3 replicas cannot be reached.',
        '  because: no router',
        '  Use 33 %, or name a router. (docs/reason-codes/plan-impossible.md)',
      ].join('\n'),
    )
  })

  test('has the remedy of its code when it brings none', () => {
    expect(new KitError('lease-held', 'Run 7 holds it.').remedy).toBe(reasonCodes['lease-held'].remedy)
  })
})

describe('what is thrown', () => {
  const kit = new KitError('smoke-failed', 'No.')

  test('stays as it is when it is ours', () => {
    expect(asKitError(kit)).toBe(kit)
  })

  test('is the reason of the abort when one of Node’s functions was aborted', () => {
    const aborted = Object.assign(new Error('The operation was aborted', { cause: kit }), { name: 'AbortError' })
    expect(asKitError(aborted)).toBe(kit)
  })

  test('is a fault of deploy-kit otherwise, with what was thrown as its cause', () => {
    const bug = new TypeError('x is undefined')
    expect(asKitError(bug)).toMatchObject({ code: 'internal-error', message: 'x is undefined', cause: bug })
    expect(asKitError('a text')).toMatchObject({ code: 'internal-error', message: 'a text' })
  })

  test('says all its causes in a line', () => {
    expect(messageOf(new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe('fetch failed: connect ECONNREFUSED')
    expect(messageOf(new RangeError())).toBe('RangeError')
  })
})

describe('the catalogue of reason codes', () => {
  test.each(Object.entries(reasonCodes))('%s has a name that can stand in a URL and sentences for people', (code, page) => {
    expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/)
    expect(page.title).toMatch(/^[A-Z].*[^.]$/)
    expect(page.cause).toMatch(/\.$/)
    expect(page.remedy).toMatch(/\.$/)
  })
})
