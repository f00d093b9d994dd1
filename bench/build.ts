// What build-image adds to the engine it runs, and what a build costs when nothing has changed: BuildKit and the embedded engine, on a real registry.
//   npm run bench:build [-- <rounds>]
// Needs docker-registry, buildkitd and docker-buildx, as `npm run test:docker` does, and measures dist as it stands.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { table } from '@deploy-kit/core'
import { toolsPath } from '../test/docker/program.ts'
import { Yard } from '../test/docker/yard.ts'
import { emptyNode } from './kit/empty-node.ts'
import { figure, median } from './kit/figures.ts'
import { machine } from './kit/machine.ts'

const rounds = Number(process.argv[2] ?? 7)
const files = 500
const fileBytes = 20_000

await using yard = await Yard.open(['buildkit'])
// Its builders are its own: the action keeps its apart as well.
const tools = { ...process.env, ...yard.environment, PATH: toolsPath, BUILDX_CONFIG: join(yard.directory, 'bench-buildx') }
const buildx = (...argv: readonly string[]) => promisify(execFile)('docker-buildx', argv, { env: tools })
await buildx('create', '--bootstrap', '--name', 'bench', '--driver', 'remote', yard.buildkit)

const fill = async (Dockerfile: string): Promise<string> => {
  const context = await yard.context({ Dockerfile })
  await mkdir(join(context, 'src'))
  for (let file = 0; file < files; file += 1) await writeFile(join(context, 'src', `f${file}`), Buffer.alloc(fileBytes, `${file} `))
  return context
}
const withRun = await fill(`FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM tools
COPY src /src
RUN cat /src/* | sha256sum > /sum
`)
const withoutRun = await fill('FROM scratch\nCOPY src /src\n')

let turn = 0
const action = async (inputs: Readonly<Record<string, string>>): Promise<void> => {
  turn += 1
  const given = { push: 'true', 'source-date-epoch': '1700000000', tags: `t${turn}`, ...inputs }
  const { exitCode, outputs } = await yard.builds(given)
  const isUnchanged = outputs['outcome'] === 'unchanged'
  if (exitCode !== 0 || isUnchanged !== (inputs['skip-unchanged'] === 'true'))
    throw new Error(`${JSON.stringify(given)}: ${JSON.stringify(outputs)}`)
}
const kit = { images: `${yard.registry}/bench/kit`, context: withRun, engine: 'buildx', builder: yard.buildkit }
const oci = { images: `${yard.registry}/bench/oci`, context: withoutRun, engine: 'oci' }

/** The engine alone, asked for the same: a reproducible image in the registry. */
const bare = async (...more: readonly string[]): Promise<void> => {
  turn += 1
  const output = `type=image,name=${yard.registry}/bench/bare:t${turn},push=true,oci-mediatypes=true,rewrite-timestamp=true`
  const metadata = join(yard.directory, 'metadata.json')
  const fixed = ['--builder', 'bench', '--provenance=false', '--metadata-file', metadata, '--build-arg', 'SOURCE_DATE_EPOCH=1700000000']
  await buildx('build', ...fixed, '--output', output, ...more, withRun)
}

const cases: Readonly<Record<string, () => Promise<unknown>>> = {
  'an empty Node': async () => emptyNode(),
  'buildx alone, all of it cached': () => bare(),
  'build-image on buildx, all of it cached': () => action(kit),
  'buildx alone, from the beginning': () => bare('--no-cache'),
  'build-image on buildx, from the beginning': () => action({ ...kit, 'no-cache': 'true' }),
  'build-image, nothing changed': () => action({ ...kit, 'skip-unchanged': 'true' }),
  'build-image on oci': () => action(oci),
  'build-image on oci, nothing changed': () => action({ ...oci, 'skip-unchanged': 'true' }),
}

// So that there is something to find again: the first build with skip-unchanged leaves its tag.
for (const first of [kit, oci])
  await yard.builds({ push: 'true', 'source-date-epoch': '1700000000', tags: 'first', 'skip-unchanged': 'true', ...first })

const taken = new Map(Object.keys(cases).map((name) => [name, [] as number[]]))
for (let round = 0; round <= rounds; round += 1) {
  // In turns, so that a machine whose speed drifts treats all alike. The first round warms the caches up.
  for (const [name, run] of Object.entries(cases)) {
    const started = performance.now()
    await run()
    if (round > 0) taken.get(name)?.push(performance.now() - started)
  }
}
const ratio = (name: string, other: string): string => {
  const others = taken.get(other) ?? []
  return figure(median((taken.get(name) ?? []).map((ms, round) => ms / (others[round] ?? Number.NaN))))
}
console.log(machine())
console.log(`${rounds} rounds in turns, medians; ${files} files of ${fileBytes / 1000} kB\n`)
console.log(
  table(
    ['', 'ms', 'to buildx alone, cached', 'to buildx alone, from the beginning'],
    Object.keys(cases).map((name) => [
      name,
      figure(median(taken.get(name) ?? [])),
      ratio(name, 'buildx alone, all of it cached'),
      ratio(name, 'buildx alone, from the beginning'),
    ]),
  ),
)
