// What it costs to know that nothing changed: the hash of a build context, against tools that read the same bytes.
//   npm run bench:content-hash [-- <rounds>]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { table } from '@deploy-kit/core'
import { contentHash } from '@deploy-kit/image/content-hash'
import { createRegistry } from '@deploy-kit/image/registry'
import { figure, median } from './kit/figures.ts'
import { machine } from './kit/machine.ts'

const rounds = Number(process.argv[2] ?? 7)

interface Case {
  readonly name: string
  readonly directories: number
  readonly filesEach: number
  readonly bytesEach: number
  /** Further files of the same kind that .dockerignore leaves out. */
  readonly ignored: number
}

const cases: readonly Case[] = [
  { name: '10,000 files of 2 kB', directories: 200, filesEach: 50, bytesEach: 2_000, ignored: 0 },
  { name: '8 files of 64 MB', directories: 1, filesEach: 8, bytesEach: 64_000_000, ignored: 0 },
  { name: '500 files, 20,000 left out', directories: 10, filesEach: 50, bytesEach: 2_000, ignored: 400 },
]

/** So many bytes, a million at a time. */
function* chunks(text: string, bytes: number): Generator<Buffer> {
  const whole = Buffer.alloc(Math.min(bytes, 1_000_000), text)
  for (let left = bytes; left > 0; left -= whole.length) yield whole.subarray(0, left)
}

const fill = async (directory: string, { directories, filesEach, bytesEach }: Omit<Case, 'name' | 'ignored'>): Promise<void> => {
  for (let number = 0; number < directories; number += 1) {
    const inner = join(directory, `d${number}`)
    await mkdir(inner, { recursive: true })
    for (let file = 0; file < filesEach; file += 1) await writeFile(join(inner, `f${file}`), chunks(`${number}-${file} `, bytesEach))
  }
}

/** Milliseconds of two programs, the first of which pipes into the second. */
const piped = async (cwd: string, first: readonly string[], second: readonly string[]): Promise<number> => {
  const started = performance.now()
  const [from, to] = [first, second].map(([tool = '', ...argv]) => spawn(tool, argv, { cwd, stdio: ['pipe', 'pipe', 'inherit'] }))
  if (from === undefined || to === undefined) throw new Error('nothing was started')
  const ends = Promise.all([once(from, 'exit'), once(to, 'exit')])
  from.stdin.end()
  to.stdout.resume()
  await pipeline(from.stdout, to.stdin)
  const codes = (await ends).map(([code]) => code as number)
  if (codes.some((code) => code !== 0)) throw new Error(`${first[0]} | ${second[0]} ended with ${codes.join(' and ')}`)
  return performance.now() - started
}

const measure = async (each: Case): Promise<string[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'bench-content-'))
  try {
    await fill(join(directory, 'src'), each)
    if (each.ignored > 0) await fill(join(directory, 'node_modules'), { ...each, directories: each.ignored })
    await writeFile(join(directory, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
    await writeFile(join(directory, '.dockerignore'), 'node_modules\n.git\n*.log\ncoverage\n')
    const registry = createRegistry()
    const own: number[] = []
    const sums: number[] = []
    const tars: number[] = []
    // In turns, so that a machine whose speed drifts treats all alike. The first round fills the page cache.
    for (let round = 0; round <= rounds; round += 1) {
      const started = performance.now()
      const hash = await contentHash({ context: directory, platforms: ['linux/amd64'] }, registry)
      const took = performance.now() - started
      if (hash.kind !== 'known') throw new Error(hash.why)
      const sum = await piped(directory, ['find', 'src', '-type', 'f', '-print0'], ['xargs', '-0', 'sha256sum'])
      const tar = await piped(directory, ['tar', '-c', 'src'], ['sha256sum'])
      if (round === 0) continue
      own.push(took)
      sums.push(sum)
      tars.push(tar)
    }
    const ratioTo = (others: readonly number[]): string => figure(median(own.map((ms, round) => ms / (others[round] ?? Number.NaN))))
    return [each.name, figure(median(own)), figure(median(sums)), ratioTo(sums), figure(median(tars)), ratioTo(tars)]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

const rows: string[][] = []
for (const each of cases) rows.push(await measure(each))
console.log(machine())
console.log(`${rounds} rounds in turns, medians; milliseconds\n`)
console.log(table(['context', 'content hash', 'find \\| xargs sha256sum', 'ratio', 'tar \\| sha256sum', 'ratio'], rows))
