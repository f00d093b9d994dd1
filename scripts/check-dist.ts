// Proves that the committed dist is what the sources give, that each of its entries starts, and that what a job downloads
// stays within dist-budget.json. Run `tsc -b` first.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { archiveBytes } from './build/archive.ts'
import { entryFaults } from './build/check-entries.ts'
import { dist, writeDist } from './build/dist.ts'

const rebuilt = await dist()
await writeDist(rebuilt, 'out/dist')
const paths = (await readdir('dist', { recursive: true, withFileTypes: true }))
  .filter((file) => file.isFile())
  .map((file) => join(file.parentPath, file.name).slice('dist/'.length))
  .toSorted()
const committed = new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join('dist', path), 'utf8')] as const)))

const faults = [...new Set([...committed.keys(), ...rebuilt.keys()])]
  .filter((path) => committed.get(path) !== rebuilt.get(path))
  .map((path) => `dist/${path} is not what the sources give: run \`npm run build\` and commit dist`)
faults.push(...(await entryFaults('dist')))

const budget = JSON.parse(await readFile('dist-budget.json', 'utf8')) as { readonly archiveBytes: number; readonly reason: string }
const archive = archiveBytes()
if (archive > budget.archiveBytes)
  faults.push(`A job downloads ${archive} bytes, and dist-budget.json allows ${budget.archiveBytes} (${budget.reason})`)

console.log('bytes     compressed  file in dist')
for (const [path, text] of committed)
  console.log(`${String(Buffer.byteLength(text)).padEnd(9)} ${String(gzipSync(text).length).padEnd(11)} ${path}`)
console.log(`${String(archive).padEnd(21)} the whole archive, compressed; ${budget.archiveBytes} allowed`)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else console.log('dist is what the sources give, and every entry starts')
