import { describe, expect, test } from '@jest/globals'
import { Dealer } from '@deploy-kit/metrics'

const counts = (...instances: readonly (readonly [name: string, requests: number, failures?: number])[]) =>
  new Map(instances.map(([name, requests, failures = 0]) => [name, { requests, failures }]))

describe('the instances of stable are dealt into two halves', () => {
  test('evenly, in the order of their names, whoever looks', () => {
    const [a, b, c] = [['a', 1, 1] as const, ['b', 20, 2] as const, ['c', 300, 30] as const]
    const halves = [
      { requests: 301, failures: 31 },
      { requests: 20, failures: 2 },
    ]
    expect(new Dealer().deal(counts(a, b, c))).toEqual(halves)
    expect(new Dealer().deal(counts(c, a, b))).toEqual(halves)
  })

  test('one keeps its half while others come and go, and a new one goes where fewer are', () => {
    const dealer = new Dealer()
    dealer.deal(counts(['b', 1], ['c', 1], ['d', 1]))
    // b and d were together; without d, what comes goes to c's half only after b's has two again.
    expect(dealer.deal(counts(['a', 1000], ['b', 1], ['c', 20]))).toEqual([
      { requests: 1001, failures: 0 },
      { requests: 20, failures: 0 },
    ])
    expect(dealer.deal(counts(['a', 1000], ['b', 1], ['c', 20], ['0', 300]))).toEqual([
      { requests: 1001, failures: 0 },
      { requests: 320, failures: 0 },
    ])
  })

  test('where all of one half are gone, the others are dealt anew', () => {
    const dealer = new Dealer()
    dealer.deal(counts(['a', 1], ['b', 1], ['c', 1]))
    expect(dealer.deal(counts(['a', 1], ['c', 300]))).toEqual([
      { requests: 1, failures: 0 },
      { requests: 300, failures: 0 },
    ])
  })

  test('a single instance cannot be compared with itself', () => {
    expect(new Dealer().deal(counts(['a', 10]))).toBeUndefined()
    expect(new Dealer().deal(counts())).toBeUndefined()
  })

  test('failures that show before their requests are left out', () => {
    expect(new Dealer().deal(counts(['a', 0, 2], ['b', 5, 1]))).toEqual([
      { requests: 0, failures: 0 },
      { requests: 5, failures: 1 },
    ])
  })
})
