import { describe, expect, test } from '@jest/globals'
import { calls, compositeActions, job, ownPath, workflow, workflows, type Job, type Permissions } from './repository.ts'

const every = workflows.map((one) => [one.path, one] as const)
const everyJob = workflows.flatMap((one) => Object.entries(one.jobs).map(([id, of]) => [`${one.path} ${id}`, of, one] as const))
const files = [...workflows, ...compositeActions].map(({ path, text }) => [path, text] as const)

const rank: Readonly<Record<string, number>> = { none: 0, read: 1, write: 2 }
const beyond = (asked: Permissions, granted: Permissions): readonly string[] =>
  Object.entries(asked)
    .filter(([scope, level]) => (rank[level] ?? 3) > (rank[granted[scope] ?? 'none'] ?? 0))
    .map(([scope, level]) => `${scope}: ${level}`)

describe('permissions', () => {
  test.each(every)('%s: none at the top, and every job states its own', (_, { permissions, jobs }) => {
    expect(permissions).toEqual({})
    for (const of of Object.values(jobs)) expect(of.permissions).toBeDefined()
  })

  test.each(files)('%s: each has its reason beside it', (_, text) => {
    const granted = text.split('\n').filter((line) => /^ +[a-z-]+: (read|write)\b/.test(line))
    for (const line of granted) expect(line).toMatch(/: (read|write) # to \w+/)
  })

  // GitHub refuses to start the whole run, with no job and hardly a word, when a callee asks for more than its caller has.
  test.each(calls())('%s: asks for nothing that the caller does not grant', (_, caller, callee) => {
    for (const of of Object.values(callee.jobs)) expect(beyond(of.permissions ?? {}, caller.permissions ?? {})).toEqual([])
  })

  test('a callee that asks for more would be found', () => {
    expect(beyond({ contents: 'read', 'id-token': 'write' }, { contents: 'read' })).toEqual(['id-token: write'])
  })
})

describe('supply chain', () => {
  const used = files.flatMap(([path, text]) =>
    text.split('\n').flatMap((line) => (/^\s*(?:- )?uses: /.test(line) ? [[path, line.trim()] as const] : [])),
  )

  test.each(used)('%s: %s', (path, line) => {
    const [, name = ''] = /uses: (\S+)/.exec(line) ?? []
    if (ownPath(name) === undefined) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    // Inside this repository `$/` alone: it is the commit that runs, whatever tag moved meanwhile.
    else expect(name.startsWith('$/')).toBe(!path.startsWith('workflows-templates/'))
  })

  test('one version of each action of other people', () => {
    const versions = new Set(used.flatMap(([, line]) => /uses: (\S+@[0-9a-f]{40} # \S+)/.exec(line)?.[1] ?? []))
    const names = [...versions].map((version) => version.split('@')[0])
    expect(names).toEqual([...new Set(names)])
  })

  test('the checkout leaves no credentials behind', () => {
    const checkouts = everyJob.flatMap(([, { steps = [] }]) => steps.filter(({ uses = '' }) => uses.startsWith('actions/checkout@')))
    expect(checkouts.length).toBeGreaterThan(5)
    for (const { with: given } of checkouts) expect(given).toMatchObject({ 'persist-credentials': false })
  })
})

describe('shell', () => {
  test.each(everyJob)('%s: no expression inside a script, and bash with pipefail', (_, { steps = [] }, { defaults }) => {
    const scripts = steps.flatMap(({ run }) => run ?? [])
    for (const script of scripts) expect(script).not.toContain('${{')
    if (scripts.length > 0) expect(defaults?.run?.shell).toBe('bash')
  })

  test('what deploys has no script but a guard: behaviour lives in the actions', () => {
    const deploying = workflows.filter(({ path }) => !path.endsWith('/ci.yml'))
    const scripted = deploying.flatMap(({ jobs }) =>
      Object.values(jobs).flatMap(({ steps = [] }) => steps.filter(({ run }) => run !== undefined)),
    )
    expect(scripted).toEqual([expect.objectContaining({ name: 'Refuse a suite without an address' })])
  })
})

test.each(everyJob.filter(([, of]) => of.uses === undefined))('%s: has a time limit', (_, of) => {
  expect(of['timeout-minutes']).toBeDefined()
})

describe('environments and queues', () => {
  const environments = everyJob.flatMap(([name, of]: readonly [string, Job, unknown]) =>
    of.environment === undefined ? [] : [[name, of.environment] as const],
  )

  // The record that GitHub would write carries the commit of the run, which is a lie after a rollback.
  test.each(environments)('%s: protects without a Deployment record', (_, environment) => {
    expect(environment.deployment).toBe(false)
  })

  test('the way back has an environment of its own, so that no reviewer of the way forth holds it up', () => {
    const names = Object.fromEntries(environments.map(([name, { name: environment }]) => [name, environment]))
    expect(names).toEqual({
      '.github/workflows/deploy.yml deploy': '${{ inputs.environment }}',
      '.github/workflows/deploy.yml rollback': '${{ inputs.environment }}-rollback',
      '.github/workflows/reconcile.yml reconcile': '${{ inputs.environment }}-rollback',
      '.github/workflows/rollback.yml rollback': '${{ inputs.environment }}-rollback',
    })
  })

  test('a release waits its turn, is never cancelled by the next, and holds its place until the way back is done', () => {
    const deploy = workflow('.github/workflows/deploy.yml')
    expect(deploy.concurrency).toMatchObject({ 'cancel-in-progress': false, queue: 'max' })
    for (const of of Object.values(deploy.jobs)) expect(of).not.toHaveProperty('concurrency')
  })

  test('no two called workflows share a group, so that a way back never waits for the way forth', () => {
    const called = workflows.filter((one) => 'workflow_call' in one.on && one.concurrency !== undefined)
    const prefixes = called.map(({ concurrency }) => concurrency?.group.split('$')[0])
    expect(prefixes).toEqual(['deploy-', 'reconcile-', 'rollback-'])
  })

  // A caller with the group of its callee waits for itself; GitHub cancels such a run as a deadlock.
  test('no template holds a group around a call', () => {
    for (const { path, concurrency } of workflows) if (path.startsWith('workflows-templates/')) expect(concurrency).toBeUndefined()
  })
})

test('nothing is triggered by pull requests from outside with a token that may write', () => {
  for (const { on } of workflows) expect(Object.keys(on)).not.toContain('pull_request_target')
  expect(job(workflow('workflows-templates/watcher.yml'), 'reconcile').permissions).toEqual({ contents: 'read' })
})
