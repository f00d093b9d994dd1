import { parentPort } from 'node:worker_threads'
import type { Cell } from './cells.ts'
import { runErrors } from './errors-cell.ts'
import { runLatency } from './latency-cell.ts'

/** One cell to simulate. */
export interface Task {
  readonly index: number
  readonly cell: Cell
  readonly runs: number
}

parentPort?.on('message', ({ index, cell, runs }: Task) => {
  // A cell has its own seed, whichever worker it falls to.
  const result = cell.kind === 'errors' ? runErrors(cell, runs, index + 1) : runLatency(cell, runs, index + 1)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
  parentPort?.postMessage({ index, result })
})
