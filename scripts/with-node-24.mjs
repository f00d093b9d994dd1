// Runs Node 24, the runtime of the actions, with the given arguments: the Node that started this script when it is new
// enough, else the one that npm installed beside it. So a machine with Node 20 needs nothing but `npm ci`.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules')
const names = [
  `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
]
const installed = names.map((name) => join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')).find(existsSync)
const node = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : installed

if (node === undefined) {
  console.error(
    `deploy-kit runs on Node 24. This is Node ${process.versions.node}, and npm has no Node 24 for ${process.platform}-${process.arch} here.\n` +
      'Install Node 24 or newer, or run `npm ci` again without --omit=optional.',
  )
  process.exit(1)
}

const child = spawn(node, process.argv.slice(2), { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal)
  process.exit(code ?? 1)
})
