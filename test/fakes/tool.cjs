#!/usr/bin/env node
// A program that does what its story says: `<own path>.story.json` holds its calls in order. A call that the story does not have
// fails with status 97. What was called, and with which of the asked variables, is kept in `<own path>.calls.jsonl`.
const { appendFileSync, readFileSync, writeFileSync, existsSync } = require('node:fs')
const own = process.argv[1]
const argv = process.argv.slice(2)
const story = JSON.parse(readFileSync(`${own}.story.json`, 'utf8'))
const calls = `${own}.calls.jsonl`
const before = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n').length : 0
const secrets = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name.startsWith('DEPLOY_KIT_SECRET_') || name === 'DOCKER_CONFIG'),
)
appendFileSync(calls, `${JSON.stringify({ argv, secrets })}\n`)
const scene = story[before]
if (scene === undefined || !argv.includes(scene.call)) {
  process.stderr.write(`call ${before + 1} is not in the story: ${argv.join(' ')}\n`)
  process.exit(97)
}
process.stdout.write(scene.stdout ?? '')
process.stderr.write(scene.stderr ?? '')
const metadata = argv[argv.indexOf('--metadata-file') + 1]
if (scene.metadata !== undefined && argv.includes('--metadata-file')) writeFileSync(metadata, scene.metadata)
process.exitCode = scene.exit ?? 0
