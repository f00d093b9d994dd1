import { cp, mkdir, mkdtemp } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { EndedStep } from '../fakes/runner/step.ts'
import { evaluate, jobRuns, statusOf, type Contexts, type Result, type Value } from '../workflows/expressions.ts'
import { ownPath, workflow, type Job, type Step } from '../workflows/repository.ts'
import type { Yard } from './yard.ts'

/** What became of a job: its steps that ran, by their ids or names, in order. */
export interface EndedJob {
  readonly result: Result
  readonly outputs: Readonly<Record<string, string>>
  readonly steps: ReadonlyMap<string, EndedStep>
}

export interface WorkflowCall {
  readonly inputs: Readonly<Record<string, string | boolean>>
  readonly secrets?: Readonly<Record<string, string>>
  /** What is checked out. */
  readonly checkout: string
  readonly env?: Readonly<Record<string, string>>
  /** Lays out the temporary directory of a job before it begins. */
  readonly prepares?: (temporary: string) => void
  /** Jobs that are run; the others are left. Default: all. */
  readonly jobs?: readonly string[]
}

/**
 * Runs the jobs of a reusable workflow as GitHub does: from its own file, conditions by GitHub's evaluator, our actions from `dist`, artifacts
 * from job to job. An action of other people that it does not know fails the test.
 */
export const runWorkflow = async (path: string, call: WorkflowCall, yard: Yard): Promise<ReadonlyMap<string, EndedJob>> => {
  const { jobs, on } = workflow(path)
  const declared = Object.entries(on['workflow_call']?.inputs ?? {})
  const inputs = Object.fromEntries(declared.map(([name, { default: usual }]) => [name, call.inputs[name] ?? (usual as Value)]))
  const artifacts = await mkdtemp(join(yard.directory, 'artifacts-'))
  const ended = new Map<string, EndedJob>()
  for (const [id, job] of Object.entries(jobs)) {
    if (call.jobs !== undefined && !call.jobs.includes(id)) continue
    const needed = [job.needs ?? []].flat()
    const needs = Object.fromEntries(needed.map((name) => [name, ended.get(name) ?? nowhere]))
    const results = Object.fromEntries(Object.entries(needs).map(([name, { result }]) => [name, result]))
    const isRun = jobRuns(job.if, { needs: results, inputs })
    const contexts = { inputs, secrets: call.secrets ?? {}, github, needs: asContext(needs) }
    ended.set(id, isRun ? await runJob(job, contexts, artifacts, call, yard) : nowhere)
  }
  return ended
}

const nowhere: EndedJob = { result: 'skipped', outputs: {}, steps: new Map() }
const github: Value = { token: '', event: { repository: { name: 'shop' } } }

const asContext = (jobs: Readonly<Record<string, EndedJob>>): Value =>
  Object.fromEntries(Object.entries(jobs).map(([id, { result, outputs }]) => [id, { result, outputs }]))

const runJob = async (job: Job, contexts: Contexts, artifacts: string, call: WorkflowCall, yard: Yard): Promise<EndedJob> => {
  const temporary = await mkdtemp(join(yard.directory, 'runner-temp-'))
  call.prepares?.(temporary)
  const steps = new Map<string, EndedStep>()
  const seen = (): Contexts => ({
    ...contexts,
    runner: { temp: temporary },
    steps: Object.fromEntries([...steps].map(([id, { outputs }]) => [id, { outputs }])),
  })
  const isWell = (): boolean => [...steps.values()].every(({ exitCode }) => exitCode === 0)
  for (const step of job.steps ?? []) {
    const asked = step.if ?? '${{ success() }}'
    const runs = /\b(?:always|cancelled|success|failure)\(\)/.test(asked) || isWell()
    if (!runs || evaluate(asked, seen(), statusOf(isWell() ? ['success'] : ['failure'])) !== true) continue
    const given = Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, textOf(value, seen())]))
    const own = ownPath(step.uses ?? '')
    const env = { ...call.env, GITHUB_WORKSPACE: call.checkout, RUNNER_TEMP: temporary }
    if (own === undefined) await runForeign(step, given, artifacts)
    else steps.set(step.id ?? step.name ?? '', await yard.runs(own, given, env))
  }
  const outputs = Object.entries(job.outputs ?? {}).map(([name, value]) => [name, textOf(value, seen())] as const)
  return { result: isWell() ? 'success' : 'failure', outputs: Object.fromEntries(outputs), steps }
}

/** What GitHub's own actions do with artifacts; the checkout is there. */
const runForeign = async ({ uses = '' }: Step, given: Readonly<Record<string, string>>, artifacts: string): Promise<void> => {
  const artifact = join(artifacts, given['name'] ?? '')
  switch (uses.replace(/@.*$/, '')) {
    case 'actions/checkout':
      return
    case 'actions/upload-artifact':
      await mkdir(artifact)
      for (const path of (given['path'] ?? '').split('\n').filter((line) => line !== ''))
        await cp(path, (given['path'] ?? '').includes('\n') ? join(artifact, basename(path)) : artifact, { recursive: true })
      return
    case 'actions/download-artifact':
      await cp(artifact, given['path'] ?? '', { recursive: true })
      return
    default:
      throw new Error(`This runner does not know ${uses}`)
  }
}

/** An input is a text, as the runner passes it. */
const textOf = (written: unknown, contexts: Contexts): string => {
  const value = evaluate(String(written), contexts)
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}
