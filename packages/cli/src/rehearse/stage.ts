import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStep, type RunContext, type Step } from '../runner/step.ts'
import { startEdge, type EdgeProcess } from './edge-process.ts'

/** Where a rehearsal takes place: a directory of its own, an edge, and the actions of the bundle to run. */
export interface Stage extends AsyncDisposable {
  readonly directory: string
  readonly edge: EdgeProcess
  readonly workspace: string
  /** Starts an action as the runner would, in a run of its own. */
  start(action: string, run: string, inputs: Readonly<Record<string, string>>): Step
  /** The canary's weight that is in place now. */
  weight(): Promise<number>
  /** RUNNER_TEMP of a run. */
  temporary(run: string): string
}

export const app = 'shop'
export const environment = 'rehearsal'

/** Sets the stage. It is struck when it is disposed of; the directory stays, for it holds the report. */
export const setStage = async (dist: string, sample: string): Promise<Stage> => {
  const directory = await mkdtemp(join(tmpdir(), 'deploy-kit-rehearsal-'))
  const edge = await startEdge(dist, directory)
  const temporary = (run: string): string => join(directory, 'runs', run)
  return {
    directory,
    edge,
    workspace: sample,
    temporary,
    start: (action, run, inputs) => {
      const context: RunContext = { dist, workspace: sample, temporary: temporary(run), repository: 'acme/shop', runId: run, attempt: 1 }
      return startStep({ ...context, action, inputs: { environment, edge: edge.admin, ...inputs } })
    },
    weight: async () => {
      const answer = await fetch(`${edge.admin}/v1/apps/${app}.${environment}`)
      return ((await answer.json()) as { weight: number }).weight
    },
    [Symbol.asyncDispose]: async () => {
      await edge.stop()
      await rm(join(directory, 'edge'), { recursive: true, force: true })
      await mkdir(directory, { recursive: true })
    },
  }
}
