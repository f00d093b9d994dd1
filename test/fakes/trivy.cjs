#!/usr/bin/env node
// A trivy for tests: it takes the flags that the real one knows (0.73, measured), refuses others as the real one does, and
// does what scenario.json beside it says. What it was called with is added to calls.jsonl.
const { appendFileSync, copyFileSync, existsSync, readFileSync } = require('node:fs')
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

if (argv.length === 1 && argv[0] === '--version') {
  process.stdout.write(scenario.version === undefined ? 'hello\n' : `Version: ${scenario.version}\nVulnerability DB:\n  Version: 2\n`)
  process.exit(0)
}

const [command, ...rest] = argv
if (command !== 'image' && command !== 'filesystem') fatal(`unknown command "${command}" for "trivy"`)
const withValue = new Set(['--format', '--output', '--exit-code', '--scanners', ...(command === 'image' ? ['--input', '--image-src'] : [])])
const alone = new Set(['--skip-db-update', '--skip-java-db-update', '--offline-scan'])
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
if (flags['--format'] !== 'json' || flags['--exit-code'] !== '0') fatal('a scan for people was not expected')

const input = flags['--input']
if ((input === undefined) === (targets.length === 0)) fatal('Require at least 1 argument')
if (input !== undefined) {
  // Like go-containerregistry: the first image of index.json, whose blob must be there.
  const [manifest] = JSON.parse(readFileSync(join(input, 'index.json'), 'utf8')).manifests
  if (!existsSync(join(input, 'oci-layout')) || !existsSync(join(input, 'blobs', ...manifest.digest.split(':'))))
    fatal('unable to initialize archive image')
}

if (scenario.hangs) {
  // As the real one while it waits for a mirror: told to end, it says so and stays.
  process.on('SIGTERM', () => process.stderr.write('attempting graceful shutdown\n'))
  setInterval(() => undefined, 1_000)
} else if (scenario.stderr !== undefined) {
  fail(scenario.status ?? 1, scenario.stderr)
} else if (scenario.report !== undefined) {
  copyFileSync(scenario.report, flags['--output'])
}
