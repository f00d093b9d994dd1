import { tmpdir } from 'node:os'
import * as actions from '@actions/core'
import type { ActionHost, RunIdentity } from '../action/host.ts'
import { Redactor } from '../log/redact.ts'
import { fitSummary, summaryLimitBytes } from './summary.ts'
import { actionsLogger } from './logger.ts'

/** The runner's contract, through @actions/core: inputs, file commands, masking, annotations, summary. */
export const githubHost = (env: NodeJS.ProcessEnv = process.env): ActionHost => {
  const redactor = new Redactor()
  const log = actionsLogger(redactor)
  let summaryBytes = 0
  return {
    log,
    run: runIdentity(env),
    input: (name) => actions.getInput(name),
    // The runner masks logs only: a step that follows gets the output as it is, and a job with a secret in it gets none.
    output: (name, value) => actions.setOutput(name, redactor.redact(value)),
    state: { read: (key) => actions.getState(key), save: (key, value) => actions.saveState(key, value) },
    summary: async (markdown) => {
      // Nothing to write to outside of a runner, for example when the bundle is run by hand.
      if (env['GITHUB_STEP_SUMMARY'] === undefined || env['GITHUB_STEP_SUMMARY'] === '') return
      const whole = redactor.redact(markdown)
      const text = fitSummary(whole, summaryBytes)
      // With the line end that addRaw adds. Nothing follows what was cut: it would seem to be the rest.
      summaryBytes = text === whole ? summaryBytes + Buffer.byteLength(text) + 1 : summaryLimitBytes
      if (text === '') return
      await actions.summary.addRaw(text, true).write()
    },
    secret: (value) => {
      actions.setSecret(value)
      redactor.add(value)
    },
    redact: (text) => redactor.redact(text),
    fail: (message) => {
      process.exitCode = 1
      log.error(message)
    },
    temporaryDirectory: env['RUNNER_TEMP'] ?? tmpdir(),
    workspace: env['GITHUB_WORKSPACE'] ?? process.cwd(),
  }
}

/** A run is the same over its attempts, so a second attempt can take over what the first one left. */
export const runIdentity = (env: NodeJS.ProcessEnv): RunIdentity => {
  const repository = env['GITHUB_REPOSITORY'] ?? 'local'
  const run = env['GITHUB_RUN_ID'] ?? String(process.pid)
  return {
    id: `${repository}/${run}`,
    attempt: Number(env['GITHUB_RUN_ATTEMPT'] ?? '1'),
    ...(env['GITHUB_SERVER_URL'] !== undefined &&
      env['GITHUB_RUN_ID'] !== undefined && { link: `${env['GITHUB_SERVER_URL']}/${repository}/actions/runs/${run}` }),
    ...(env['GITHUB_TRIGGERING_ACTOR'] !== undefined && { actor: env['GITHUB_TRIGGERING_ACTOR'] }),
    ...(env['GITHUB_SHA'] !== undefined && { commit: env['GITHUB_SHA'] }),
  }
}
