import { spawnSync } from 'node:child_process'

/** Milliseconds from start to exit of a Node that has nothing to do. */
export const emptyNode = (): number => {
  const began = performance.now()
  spawnSync(process.execPath, ['--eval', ''], { env: {}, stdio: 'ignore' })
  return performance.now() - began
}
