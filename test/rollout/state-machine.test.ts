import { describe, expect, test } from '@jest/globals'
import { decide, evolve, type Command, type Event, type OnInsufficient, type Reason, type State } from '@deploy-kit/rollout'
import { plan, release, step } from './story.ts'

/** Two steps: 25 % with a gate, a bake and an approval, 100 % with a bake of its own; smoke tests before and after; a watch. */
const rollout = (onInsufficient: OnInsufficient = 'hold') =>
  plan({ steps: [step(25, { gates: ['smoke'], approval: true }), step(100)], onInsufficient, providerErrorsAllowed: 2 })
const first = plan({ replaces: undefined })

const why: Reason = { code: 'internal-error', text: 'for a test' }
const because = (code: Reason['code'], text: string): Reason => ({ code, text })

const states = {
  created: { phase: 'created' },
  preparing: { phase: 'preparing' },
  'preview checked': { phase: 'gating', step: -1, gate: 0 },
  'to 25': { phase: 'shifting', step: 0 },
  '25 checked': { phase: 'gating', step: 0, gate: 0 },
  '25 baking, no look yet': { phase: 'baking', step: 0, since: -1, errors: 0 },
  '25 baking': { phase: 'baking', step: 0, since: 0, errors: 0 },
  '25 baking, blind once': { phase: 'baking', step: 0, since: 0, errors: 1 },
  '25 approving': { phase: 'approving', step: 0 },
  'to 100': { phase: 'shifting', step: 1 },
  '100 baking': { phase: 'baking', step: 1, since: 30_000, errors: 0 },
  promoting: { phase: 'promoting', cutShort: false },
  'promoting, cut short': { phase: 'promoting', cutShort: true },
  'production checked': { phase: 'checking-production', gate: 0 },
  'watching, no look yet': { phase: 'watching', since: -1, errors: 0, seen: false },
  watching: { phase: 'watching', since: 0, errors: 0, seen: true },
  retreating: { phase: 'retreating', reason: why },
  discarding: { phase: 'discarding', reason: why },
  'back: prepare': { phase: 'returning', part: 'prepare', reason: why },
  'back: shift': { phase: 'returning', part: 'shift', reason: why },
  'back: promote': { phase: 'returning', part: 'promote', reason: why },
  'back: discard': { phase: 'returning', part: 'discard', reason: why },
  'back: restore': { phase: 'returning', part: 'restore', reason: why },
  promoted: { phase: 'promoted', verified: true },
  aborted: { phase: 'aborted', reason: why },
  'rolled back': { phase: 'rolled-back', reason: why },
  frozen: { phase: 'frozen', at: { phase: 'baking', step: 0, since: 0, errors: 0 } },
} as const satisfies Record<string, State>

const at = 30_000
const events = {
  started: { type: 'started' },
  prepared: { type: 'prepared' },
  'gate passed': { type: 'gate-passed' },
  'gate failed': { type: 'gate-failed', reason: why },
  '0 set': { type: 'weight-set', weight: 0, at },
  '25 set': { type: 'weight-set', weight: 25, at },
  '100 set': { type: 'weight-set', weight: 100, at },
  pass: { type: 'verdict', verdict: { kind: 'pass' }, at },
  fail: { type: 'verdict', verdict: { kind: 'fail', text: 'worse' }, at },
  'too little': { type: 'verdict', verdict: { kind: 'insufficient', withinTolerance: true, text: '3 requests' }, at },
  nothing: { type: 'verdict', verdict: { kind: 'insufficient', withinTolerance: false, text: 'no requests' }, at },
  blind: { type: 'verdict', verdict: { kind: 'provider-error', text: 'refused' }, at },
  waiting: { type: 'approval', decision: 'waiting' },
  approved: { type: 'approval', decision: 'approved' },
  rejected: { type: 'approval', decision: 'rejected', by: 'ann' },
  promoted: { type: 'promoted', at },
  discarded: { type: 'discarded' },
  restored: { type: 'restored' },
  failed: { type: 'failed', reason: why },
  abort: { type: 'abort', reason: why },
  freeze: { type: 'freeze' },
} as const satisfies Record<string, Event>

type StateName = keyof typeof states
type EventName = keyof typeof events
type Row = Partial<Record<EventName, StateName | State>>

/** What every state before the promotion does, besides its own business. */
const beforePromotion = (name: StateName): Row => ({
  failed: 'retreating',
  'gate failed': 'retreating',
  abort: 'retreating',
  freeze: { phase: 'frozen', at: states[name] } as State,
})
const unverified: State = { phase: 'promoted', verified: false }
const canaryFailing: State = { phase: 'retreating', reason: because('canary-failing', 'worse') }

/** Only what changes something; every other pair of a state and an event must leave the state alone. */
const changes: Record<StateName, Row> = {
  created: { started: 'preparing', failed: 'aborted', 'gate failed': 'aborted', abort: 'aborted' },
  preparing: { ...beforePromotion('preparing'), prepared: 'preview checked' },
  'preview checked': { ...beforePromotion('preview checked'), 'gate passed': 'to 25' },
  'to 25': { ...beforePromotion('to 25'), '25 set': '25 checked' },
  '25 checked': { ...beforePromotion('25 checked'), 'gate passed': '25 baking, no look yet' },
  '25 baking, no look yet': {
    ...beforePromotion('25 baking, no look yet'),
    pass: { phase: 'baking', step: 0, since: at, errors: 0 },
    fail: canaryFailing,
    'too little': { phase: 'baking', step: 0, since: at, errors: 0 },
    nothing: { phase: 'baking', step: 0, since: at, errors: 0 },
    blind: { phase: 'baking', step: 0, since: at, errors: 1 },
  },
  '25 baking': { ...beforePromotion('25 baking'), pass: '25 approving', fail: canaryFailing, blind: '25 baking, blind once' },
  '25 baking, blind once': {
    ...beforePromotion('25 baking, blind once'),
    pass: '25 approving',
    fail: canaryFailing,
    'too little': '25 baking',
    nothing: '25 baking',
    blind: { phase: 'baking', step: 0, since: 0, errors: 2 },
  },
  '25 approving': {
    ...beforePromotion('25 approving'),
    approved: 'to 100',
    rejected: { phase: 'retreating', reason: because('approval-rejected', 'ann rejected step 1.') },
  },
  'to 100': { ...beforePromotion('to 100'), '100 set': '100 baking' },
  '100 baking': { ...beforePromotion('100 baking'), fail: canaryFailing, blind: { phase: 'baking', step: 1, since: at, errors: 1 } },
  promoting: { abort: 'promoting, cut short', promoted: 'production checked' },
  'promoting, cut short': { promoted: unverified },
  'production checked': {
    'gate passed': 'watching, no look yet',
    'gate failed': 'back: prepare',
    failed: 'back: prepare',
    abort: unverified,
  },
  'watching, no look yet': {
    pass: { phase: 'watching', since: at, errors: 0, seen: true },
    fail: { phase: 'returning', part: 'prepare', reason: because('watch-failed', 'worse') },
    'too little': { phase: 'watching', since: at, errors: 0, seen: true },
    nothing: { phase: 'watching', since: at, errors: 0, seen: false },
    blind: { phase: 'watching', since: at, errors: 1, seen: false },
    'gate failed': 'back: prepare',
    failed: 'back: prepare',
    abort: unverified,
  },
  watching: {
    fail: { phase: 'returning', part: 'prepare', reason: because('watch-failed', 'worse') },
    blind: { phase: 'watching', since: 0, errors: 1, seen: true },
    'gate failed': 'back: prepare',
    failed: 'back: prepare',
    abort: unverified,
  },
  retreating: { '0 set': 'discarding' },
  discarding: { discarded: 'aborted' },
  'back: prepare': { prepared: 'back: shift' },
  'back: shift': { '100 set': 'back: promote' },
  'back: promote': { promoted: 'back: discard' },
  'back: discard': { discarded: 'rolled back' },
  'back: restore': {},
  promoted: {},
  aborted: {},
  'rolled back': {},
  frozen: {},
}

/** What is different where stable is replaced in place; the rest is as above. */
const changesInPlace: Partial<Record<StateName, Row>> = {
  promoting: { promoted: 'production checked', failed: 'retreating', 'gate failed': 'retreating', abort: 'retreating' },
  'promoting, cut short': { promoted: unverified, failed: 'retreating', 'gate failed': 'retreating', abort: 'retreating' },
  'production checked': {
    ...changes['production checked'],
    'gate failed': 'back: restore',
    failed: 'back: restore',
  },
  'watching, no look yet': {
    ...changes['watching, no look yet'],
    fail: { phase: 'returning', part: 'restore', reason: because('watch-failed', 'worse') },
    'gate failed': 'back: restore',
    failed: 'back: restore',
  },
  watching: {
    ...changes.watching,
    fail: { phase: 'returning', part: 'restore', reason: because('watch-failed', 'worse') },
    'gate failed': 'back: restore',
    failed: 'back: restore',
  },
  retreating: { restored: 'aborted', discarded: 'aborted' },
  'back: restore': { restored: 'rolled back' },
}

const stateNames = Object.keys(states) as StateName[]
const eventNames = Object.keys(events) as EventName[]
const named = (state: StateName | State): State => (typeof state === 'string' ? states[state] : state)

describe.each(stateNames)('%s', (name) => {
  test.each(eventNames)('%s', (event) => {
    const expected = changes[name][event]
    const after = evolve(rollout(), states[name], events[event])
    expect(after).toEqual(named(expected ?? name))
    expect(JSON.parse(JSON.stringify(after))).toEqual(after)
  })
})

/** The same states of a plan whose steps are there to have them all; a plan that is made has none. */
const replacement = { ...rollout(), strategy: 'rolling', inPlace: 'after-preview' } as const
const atOnce = plan({ strategy: 'rolling', inPlace: { as: 'at-once', only: true } })

describe.each(stateNames)('%s, in place', (name) => {
  test.each(eventNames)('%s', (event) => {
    const expected = (changesInPlace[name] ?? changes[name])[event]
    expect(evolve(replacement, states[name], events[event])).toEqual(named(expected ?? name))
  })
})

const v1 = release('v1')
const v2 = release('v2')
const commands: Record<StateName, Command | undefined> = {
  created: { type: 'start' },
  preparing: { type: 'prepare', release: v2 },
  'preview checked': { type: 'gate', gate: 'smoke', side: 'canary', release: v2 },
  'to 25': { type: 'shift', weight: 25, release: v2 },
  '25 checked': { type: 'gate', gate: 'smoke', side: 'canary', release: v2 },
  '25 baking, no look yet': { type: 'look', weight: 25, mode: 'rollout' },
  '25 baking': { type: 'look', weight: 25, mode: 'rollout' },
  '25 baking, blind once': { type: 'look', weight: 25, mode: 'rollout' },
  '25 approving': { type: 'ask-approval', step: 0 },
  'to 100': { type: 'shift', weight: 100, release: v2 },
  '100 baking': { type: 'look', weight: 100, mode: 'rollout' },
  promoting: { type: 'promote', release: v2 },
  'promoting, cut short': { type: 'promote', release: v2 },
  'production checked': { type: 'gate', gate: 'smoke', side: 'stable', release: v2 },
  'watching, no look yet': { type: 'look', weight: 100, mode: 'watch' },
  watching: { type: 'look', weight: 100, mode: 'watch' },
  retreating: { type: 'shift', weight: 0 },
  discarding: { type: 'discard' },
  'back: prepare': { type: 'prepare', release: v1 },
  'back: shift': { type: 'shift', weight: 100, release: v1 },
  'back: promote': { type: 'promote', release: v1 },
  'back: discard': { type: 'discard' },
  'back: restore': { type: 'restore', release: v1 },
  promoted: undefined,
  aborted: undefined,
  'rolled back': undefined,
  frozen: undefined,
}

test.each(stateNames)('the command of %s', (name) => {
  expect(decide(rollout(), states[name])).toEqual(commands[name])
})

test('in place the commands are the same, but that stable is replaced, and restored on each way back', () => {
  const others: Partial<Record<StateName, Command>> = {
    promoting: { type: 'replace', release: v2 },
    'promoting, cut short': { type: 'replace', release: v2 },
    retreating: { type: 'restore', release: v1 },
  }
  for (const name of stateNames)
    expect({ name, ...decide(replacement, states[name]) }).toEqual({ name, ...(others[name] ?? commands[name]) })
})

describe('what can only be replaced in place', () => {
  test('is replaced at once: there is no preview, and no step', () => {
    expect(atOnce).toMatchObject({ gatesBefore: [], steps: [], gatesAfter: ['smoke'] })
    expect(evolve(atOnce, states.created, events.started)).toEqual(states.promoting)
    expect(evolve(atOnce, states.created, events.abort)).toEqual(states.aborted)
  })

  test('leaves a first release that fails as far as it came', () => {
    const firstOne = plan({ strategy: 'rolling', inPlace: { as: 'at-once', only: true }, replaces: undefined })
    expect(evolve(firstOne, states.promoting, events.failed)).toEqual(states.retreating)
    expect(decide(firstOne, states.retreating)).toEqual({ type: 'discard' })
    expect(evolve(firstOne, states.retreating, events.discarded)).toEqual(states.aborted)
  })

  test('has no canary', () => {
    expect(() => plan({ inPlace: { as: 'at-once', only: true } })).toThrow(
      expect.objectContaining({
        code: 'plan-impossible',
        message: 'the workload cannot run two versions side by side, so canary is not possible; `strategy` must be rolling.',
      }),
    )
  })

  test('is only replaced so where the strategy says so', () => {
    expect(plan({ inPlace: { as: 'after-preview', only: false } })).not.toHaveProperty('inPlace')
  })
})

const late = (event: EventName): Event => ({ ...events[event], at: 60_000 }) as Event

const unproven = (text: string): State => ({ phase: 'retreating', reason: because('not-enough-evidence', text) })

describe('at the end of a bake', () => {
  test.each<[OnInsufficient, EventName, StateName | State]>([
    ['hold', 'too little', '25 baking'],
    ['hold', 'nothing', '25 baking'],
    ['abort', 'too little', unproven('3 requests')],
    ['abort', 'nothing', unproven('no requests')],
    ['promote-if-within-tolerance', 'too little', '25 approving'],
    ['promote-if-within-tolerance', 'nothing', unproven('no requests')],
  ])('%s, %s', (policy, event, expected) => {
    expect(evolve(rollout(policy), states['25 baking'], late(event))).toEqual(named(expected))
  })

  test('more failed looks in a row than allowed bring the traffic home', () => {
    const twice: State = { phase: 'baking', step: 0, since: 0, errors: 2 }
    expect(evolve(rollout(), twice, events.blind)).toEqual({ phase: 'retreating', reason: because('metrics-unavailable', 'refused') })
  })

  test('a pass before bake.min is not enough, at bake.min it is', () => {
    expect(evolve(rollout(), states['25 baking'], { ...events.pass, at: 9_999 })).toEqual(states['25 baking'])
    expect(evolve(rollout(), states['25 baking'], { ...events.pass, at: 10_000 })).toEqual(states['25 approving'])
  })
})

describe('at the end of a watch', () => {
  const unseen: State = { ...states.watching, seen: false }

  test.each<[string, State, EventName, boolean]>([
    ['a pass verifies', unseen, 'pass', true],
    ['rates within the tolerance verify', unseen, 'too little', true],
    ['a quiet last look does not undo what was seen', states.watching, 'nothing', true],
    ['a watch that saw nothing has verified nothing', unseen, 'nothing', false],
    ['a watch that ends blind has verified nothing', states.watching, 'blind', false],
  ])('%s', (_what, state, event, verified) => {
    expect(evolve(rollout(), state, late(event))).toEqual({ phase: 'promoted', verified })
  })

  test('a first release stays, since there is nothing to come back', () => {
    expect(evolve(first, states.watching, events.fail)).toEqual(unverified)
    expect(evolve(first, states['production checked'], events['gate failed'])).toEqual(unverified)
  })
})
