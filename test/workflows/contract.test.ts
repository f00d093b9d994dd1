import { describe, expect, test } from '@jest/globals'
import { references } from './expressions.ts'
import {
  action,
  calls,
  compositeActions,
  ownPath,
  step,
  uses,
  workflow,
  workflows,
  type Input,
  type Job,
  type Step,
  type Workflow,
} from './repository.ts'

const required = (inputs: Readonly<Record<string, Input>>) => Object.keys(inputs).filter((name) => inputs[name]?.required === true)
const needed = ({ needs }: Job): readonly string[] => (needs === undefined ? [] : [needs].flat())

describe('what is handed to an action or a called workflow', () => {
  test.each(uses())('%s: is declared there, and nothing that it requires is left out', (_, { with: given = {} }, { inputs }) => {
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
    expect(Object.keys(given)).toEqual(expect.arrayContaining(required(inputs)))
  })

  test.each(calls())('%s: is declared there, and nothing that it requires is left out', (_, { with: given = {} }, callee) => {
    const inputs = callee.on['workflow_call']?.inputs ?? {}
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)))
    expect(Object.keys(given)).toEqual(expect.arrayContaining(required(inputs)))
  })

  test('there is something to look at', () => {
    expect(uses().length).toBeGreaterThanOrEqual(9)
    expect(calls().length).toBeGreaterThanOrEqual(5)
  })
})

/** The outputs that `uses` gives, undefined for other people's actions. */
const outputsOf = (one: Step | Job): readonly string[] | undefined => {
  const path = ownPath(one.uses ?? '')
  if (path === undefined) return undefined
  return Object.keys((path.endsWith('.yml') ? workflow(path).on['workflow_call']?.outputs : action(path).outputs) ?? {})
}

/** The step whose output is read, in terms of what came before it. */
const stepFault = (steps: readonly Step[] | undefined, name: string): string | undefined => {
  const [, id = '', property, output = ''] = name.split('.')
  if (property !== 'outputs') return undefined
  const outputs = outputsOf(step(steps, id))
  return outputs === undefined || outputs.includes(output) ? undefined : `${name}: ${id} has ${outputs.join(', ')}`
}

/** The job whose output or result is read. */
const jobFault = (jobs: Readonly<Record<string, Job>>, name: string): string | undefined => {
  const [, id = '', property, output = ''] = name.split('.')
  const of = jobs[id]
  if (of === undefined) return id === '*' ? undefined : `${name}: there is no job ${id}`
  if (property !== 'outputs') return property === 'result' ? undefined : `${name} is neither an output nor the result`
  const outputs = of.uses === undefined ? Object.keys(of.outputs ?? {}) : outputsOf(of)
  return outputs === undefined || outputs.includes(output) ? undefined : `${name}: ${id} has ${outputs.join(', ')}`
}

const inputFault = (inputs: readonly string[], name: string, where: string): string | undefined =>
  inputs.includes(name.split('.')[1] ?? '') ? undefined : `${name} in ${where} is no input`

const faultsIn = ({ on, jobs }: Workflow): readonly (string | undefined)[] => {
  const inputs = Object.keys({ ...on['workflow_call']?.inputs, ...on['workflow_dispatch']?.inputs })
  const results = Object.values(on['workflow_call']?.outputs ?? {}).flatMap(({ value }) => references(value))
  return [
    ...results.map((name) => (name.startsWith('inputs.') ? inputFault(inputs, name, 'an output') : jobFault(jobs, name))),
    ...Object.entries(jobs).flatMap(([id, one]) =>
      references(JSON.stringify(one)).map((name) => {
        const [context, first = ''] = name.split('.')
        if (context === 'inputs') return inputFault(inputs, name, id)
        if (context === 'steps') return stepFault(one.steps, name)
        if (context !== 'needs') return undefined
        return first === '*' || needed(one).includes(first) ? jobFault(jobs, name) : `${name} in ${id}, which does not need ${first}`
      }),
    ),
  ].filter((fault) => fault !== undefined)
}

describe('what expressions name', () => {
  test.each(workflows.map((one) => [one.path, one] as const))('is there: %s', (_, one) => {
    expect(faultsIn(one)).toEqual([])
  })

  test.each(compositeActions.map((one) => [one.path, one] as const))('is there: %s', (_, { inputs, outputs, runs }) => {
    const names = [...Object.values(outputs).map(({ value }) => value ?? ''), JSON.stringify(runs.steps)].flatMap(references)
    const faults = names.map((name) => {
      if (name.startsWith('steps.')) return stepFault(runs.steps, name)
      return Object.keys(inputs).includes(name.split('.')[1] ?? '') ? undefined : `${name} is no input`
    })
    expect(names.length).toBeGreaterThan(20)
    expect(faults.filter((fault) => fault !== undefined)).toEqual([])
  })

  test('a misspelt output, an unknown input and a job that is not needed would be found', () => {
    const deploy = workflow('.github/workflows/deploy.yml')
    const altered = {
      ...deploy,
      jobs: {
        ...deploy.jobs,
        extra: {
          outputs: { a: '${{ inputs.colour }}', b: '${{ needs.deploy.result }}', c: '${{ steps.x.outputs.digset }}' },
          steps: [{ id: 'x', uses: '$/deploy-canary' }],
        },
      },
    }
    expect(faultsIn(altered)).toEqual([
      'inputs.colour in extra is no input',
      'needs.deploy.result in extra, which does not need deploy',
      expect.stringContaining('steps.x.outputs.digset: x has '),
    ])
  })
})

test.each(workflows.filter((one) => 'workflow_call' in one.on).map((one) => [one.path, one] as const))(
  '%s: every input is typed, described and defaulted or required; every output is described',
  (_, { on }) => {
    for (const input of Object.values(on['workflow_call']?.inputs ?? {})) {
      expect(input).toMatchObject({ description: expect.any(String), type: expect.stringMatching(/^(string|number|boolean)$/) })
      expect(input.required === true).toBe(input.default === undefined)
    }
    for (const output of Object.values(on['workflow_call']?.outputs ?? {})) expect(output.description).toEqual(expect.any(String))
    expect(Object.keys(on['workflow_call']?.outputs ?? {})).toEqual(expect.arrayContaining(['digest', 'outcome', 'reason-code']))
  },
)

/** The limit of GitHub: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs */
test('a form that a person fills in has at most 25 fields, and the way back asks for a reason and plans first', () => {
  for (const { on } of workflows) expect(Object.keys(on['workflow_dispatch']?.inputs ?? {}).length).toBeLessThanOrEqual(25)
  expect(workflow('workflows-templates/rollback.yml').on['workflow_dispatch']?.inputs).toMatchObject({
    reason: { required: true },
    'dry-run': { type: 'boolean', default: true },
  })
  expect(workflow('.github/workflows/rollback.yml').on['workflow_call']?.inputs).toMatchObject({
    reason: { required: true },
    'dry-run': { type: 'boolean', default: true },
  })
})
