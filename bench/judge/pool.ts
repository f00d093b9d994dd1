import { Worker } from 'node:worker_threads'
import type { Cell } from './cells.ts'
import type { CellResult } from './errors-cell.ts'
import type { Task } from './worker.ts'

/** Simulates the cells on so many cores; results in the order of the cells. */
export async function simulate(cells: readonly { readonly cell: Cell; readonly runs: number }[], cores: number): Promise<CellResult[]> {
  const results: CellResult[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: cores }, async () => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url))
      for (let index = next++; index < cells.length; index = next++) {
        const job = cells[index]
        if (job === undefined) break
        results[index] = await run(worker, { index, ...job })
        process.stderr.write(`\r${results.filter(Boolean).length}/${cells.length} cells`)
      }
      await worker.terminate()
    }),
  )
  process.stderr.write('\n')
  return results
}

function run(worker: Worker, task: Task): Promise<CellResult> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', ({ result }: { result: CellResult }) => {
      worker.removeListener('error', reject)
      resolve(result)
    })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
    worker.postMessage(task)
  })
}
