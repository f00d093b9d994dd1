#!/usr/bin/env node
// A trivy for tests: it takes the flags that the real one knows (0.73, measured), refuses others as the real one does, and
// does what scenario.json beside it says. What it was called with is added to calls.jsonl.
const { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { dirname, join } = require('node:path')

const here = dirname(process.argv[1])
const scenario = JSON.parse(readFileSync(join(here, 'scenario.json'), 'utf8'))
const argv = process.argv.slice(2)
appendFileSync(join(here, 'calls.jsonl'), `${JSON.stringify({ argv, env: process.env, cwd: process.cwd() })}\n`)

const fail = (status, text) => {
  process.stderr.write(text)
  process.exit(status)
}
const fatal = (text) => fail(1, `2026-11-21T08:00:00Z\tFATAL\tFatal error\t${text}\n`)
// As the real one while it waits for a mirror: told to end, it says so and stays.
const hang = () => {
  process.on('SIGTERM', () => process.stderr.write('attempting graceful shutdown\n'))
  setInterval(() => undefined, 1_000)
}

if (argv.length === 1 && argv[0] === '--version') {
  process.stdout.write(scenario.version === undefined ? 'hello\n' : `Version: ${scenario.version}\nVulnerability DB:\n  Version: 2\n`)
  process.exit(0)
}

const common = ['--format', '--output', '--exit-code', '--scanners', '--ignorefile', '--ignore-policy', '--vex', '--cache-backend']
const known = {
  image: [...common, '--input', '--image-src', '--platform', '--db-repository', '--java-db-repository', '--skip-dirs', '--skip-files'],
  filesystem: [...common, '--skip-dirs', '--skip-files'],
  sbom: common,
  convert: ['--format', '--output', '--severity'],
}
const [command, ...rest] = argv
if (!(command in known)) fatal(`unknown command "${command}" for "trivy"`)
const withValue = new Set(known[command])
const alone = new Set(
  command === 'convert'
    ? []
    : [
        '--skip-db-update',
        '--skip-java-db-update',
        '--offline-scan',
        '--show-suppressed',
        ...(command === 'sbom' ? [] : ['--skip-check-update']),
        ...(command === 'image' ? ['--download-db-only', '--download-java-db-only'] : []),
      ],
)
const flags = {}
const targets = []
for (let i = 0; i < rest.length; i += 1) {
  if (withValue.has(rest[i])) flags[rest[i]] = rest[++i]
  else if (alone.has(rest[i])) flags[rest[i]] = true
  else if (rest[i].startsWith('-')) {
    process.stdout.write('usage '.repeat(2_500))
    fatal(`unknown flag: ${rest[i]}`)
  } else targets.push(rest[i])
}

/** A database of no content: what matters is the head of the file. */
const database = (size) => {
  const file = Buffer.alloc(size)
  file.writeUInt32LE(0xed0cdaed, 16)
  file.writeUInt32LE(2, 20)
  file.writeUInt32LE(4096, 24)
  file.writeBigUInt64LE(4n, 56)
  return file
}

if (flags['--download-db-only'] || flags['--download-java-db-only']) {
  const mirror = (scenario.mirrors ?? {})[flags['--db-repository'] ?? flags['--java-db-repository']] ?? {
    stderr: 'init error: DB error: no such host',
  }
  if (mirror.hangs) hang()
  else if (mirror.stderr !== undefined && !(mirror.unless !== undefined && process.env[mirror.unless[0]] === mirror.unless[1]))
    fatal(mirror.stderr)
  else {
    const [directory, name] = flags['--download-db-only'] ? ['db', 'trivy.db'] : ['java-db', 'trivy-java.db']
    const target = join(process.env.TRIVY_CACHE_DIR, directory)
    mkdirSync(target, { recursive: true })
    const java = Buffer.alloc(4096)
    java.write('SQLite format 3\0', 'latin1')
    java.writeUInt16BE(4096, 16)
    java.writeUInt32BE(1, 28)
    writeFileSync(join(target, name), directory === 'db' ? database(mirror.bytes ?? 16_384) : java)
    writeFileSync(
      join(target, 'metadata.json'),
      JSON.stringify({
        Version: directory === 'db' ? 2 : 1,
        UpdatedAt: mirror.updatedAt ?? scenario.updatedAt,
        NextUpdate: mirror.nextUpdate ?? scenario.nextUpdate,
      }),
    )
  }
} else if (command === 'convert') {
  if (!existsSync(targets[0])) fatal('unable to open the report')
  writeFileSync(flags['--output'], `${flags['--format']} ${flags['--severity'] ?? ''}`)
} else scanning()

function scanning() {
  if (flags['--format'] !== 'json' || flags['--exit-code'] !== '0') fatal('a scan for people was not expected')
  if (!flags['--skip-db-update'] || !flags['--skip-java-db-update']) fatal('a scan that fetches a database was not expected')
  const needsDatabase = flags['--scanners'].split(',').includes('vuln')
  const path = join(process.env.TRIVY_CACHE_DIR, 'db', 'trivy.db')
  if (needsDatabase && !existsSync(path))
    fatal('init error: DB error: database error: --skip-db-update cannot be specified on the first run')

  const input = flags['--input']
  if ((input === undefined) === (targets.length === 0)) fatal('Require at least 1 argument')
  if (input !== undefined && !existsSync(join(input, 'oci-layout')) && !input.endsWith('.tar')) fatal('unable to initialize archive image')
  if (input !== undefined && existsSync(join(input, 'oci-layout'))) {
    // Like go-containerregistry: the first image of index.json, whose blob must be there.
    const [manifest] = JSON.parse(readFileSync(join(input, 'index.json'), 'utf8')).manifests
    if (!existsSync(join(input, 'blobs', ...manifest.digest.split(':')))) fatal('unable to initialize archive image')
  }
  // One answer for all, or one for each scan in turn.
  const number = readFileSync(join(here, 'calls.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .filter((line) => JSON.parse(line).argv.includes('--show-suppressed')).length
  const answer = scenario.scans?.[number - 1] ?? scenario
  if (answer.hangs) hang()
  else if (answer.stderr !== undefined) fail(answer.status ?? 1, answer.stderr)
  else if (answer.report !== undefined) copyFileSync(answer.report, flags['--output'])
}
