import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import * as cells from './cells.ts'
import { costs } from './cost.ts'
import { simulate } from './pool.ts'
import { isFar, report } from './report.ts'

// npm run bench:judge [-- --long] [--times 4] [--json] [--write] [--cost]
const costText = () =>
  `## Cost of a look\n\n| metrics | microseconds |\n| --- | --- |\n${costs()
    .map(({ metrics, micros }) => `| ${metrics} | ${micros.toFixed(0)} |`)
    .join('\n')}\n`
if (process.argv.includes('--cost')) {
  process.stdout.write(costText())
  process.exit()
}

/** `--times 4`: four times as many runs as the short form; the long form has ten times as many. */
const times = process.argv.includes('--long') ? 10 : Number(process.argv[process.argv.indexOf('--times') + 1 || Infinity] ?? 1)
const runs = 400 * times
const detections = 200 * times

const jobs = [
  ...[...cells.nullCells, ...cells.clumpCells, ...cells.otherCells, ...cells.wrongPromotionCells, ...cells.latencyNullCells].map(
    (cell) => ({ cell, runs }),
  ),
  ...cells.alternativeCells.map((cell) => ({ cell, runs: isFar(cell) ? 5 * detections : detections })),
  ...[...cells.promotionCells, ...cells.latencyCells].map((cell) => ({ cell, runs: detections })),
  // At the end, since a cell's seed is its place.
  ...[...cells.knownClumpCells, ...cells.newClumpCells].map((cell) => ({ cell, runs })),
  ...cells.halvedCells.map((cell) => ({ cell, runs: detections })),
  ...cells.unknownCells.filter(({ cell }) => isFar(cell)).flatMap(({ known }) => known.map((cell) => ({ cell, runs: detections }))),
  ...cells.latencyUnknownCells.map((cell) => ({ cell, runs: detections })),
]
const cores = Math.min(availableParallelism(), 8)
const begun = Date.now()
const results = await simulate(jobs, cores)
const { text: simulated, bars } = report(results, runs)
const text = `${simulated}\n${costText()}`
const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cores} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, ${Math.round((Date.now() - begun) / 1000)} s`

if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ machine, runs, bars, results }, undefined, 2)}\n`)
else process.stdout.write(`${machine}\n\n${text}`)
if (process.argv.includes('--write')) {
  const head = `# The judge, simulated\n\n\`npm run bench:judge\` (some minutes on two cores; \`-- --long\` for ten times the runs, \`-- --times 4\` for four times, \`-- --write\` to renew this page, \`-- --json\` for machines, \`-- --cost\` for the time that a look takes and nothing else). Seeded: the same numbers on every machine.\n\nFlagger, Argo and Kayenta are small re-implementations of their rules (\`rivals.ts\`) with the settings of their documentation, not the products.\n\nLast run (${times} times the runs of the short form): ${machine}.\n\n`
  const page = fileURLToPath(new URL('./README.md', import.meta.url))
  writeFileSync(page, head + text)
  execFileSync(process.execPath, [fileURLToPath(new URL('../../node_modules/oxfmt/bin/oxfmt', import.meta.url)), '--write', page])
}
process.exitCode = bars.every(({ kept }) => kept) ? 0 : 1
