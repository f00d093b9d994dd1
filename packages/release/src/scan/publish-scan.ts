import { readFile } from 'node:fs/promises'
import { KitError, messageOf, type ActionHost, type Clock } from '@deploy-kit/core'
import { scanSummary, type Scanned } from '@deploy-kit/scan'
import { uploadSarif, type Upload } from '../github/code-scanning.ts'
import { githubApi } from '../github/github-api.ts'
import { stickyComment } from '../github/pull-request-comment.ts'
import { workflowRun, type WorkflowRun } from '../github/workflow-run.ts'
import type { ScanInputs } from './scan-inputs.ts'

interface PublishPorts {
  readonly host: ActionHost
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly environment: NodeJS.ProcessEnv
}

/**
 * Hands a scan to GitHub: SARIF to code scanning, summary into a comment. What cannot be published is a warning, since it says
 * nothing about the image, unless it was required.
 * @throws KitError `sarif-upload-failed` with `upload: required`
 */
export const publishScan = async (
  scanned: Scanned,
  name: string,
  inputs: ScanInputs,
  ports: PublishPorts,
): Promise<{ readonly uploaded: boolean }> => {
  const { host, clock, signal, environment } = ports
  const run = inputs.token === undefined ? undefined : await workflowRun(host, environment)
  if (run === undefined || inputs.token === undefined) return { uploaded: false }
  const api = githubApi({ ...run, token: inputs.token, clock, signal })
  const uploaded = await handToCodeScanning(
    scanned,
    inputs,
    run,
    async (sarif) => await uploadSarif(sarif, run, api, { clock, signal, startedAt: scanned.startedAt }),
    ports,
  )
  if (inputs.comment === true && run.pullRequest !== undefined) {
    const comment = await stickyComment(
      run.pullRequest.number,
      `scan ${name}`,
      host.redact(scanSummary(scanned, inputs['report-severity'])),
      api,
    ).catch((error: unknown) => ({ state: 'refused' as const, why: messageOf(error) }))
    if (comment.state === 'refused') host.log.warning(`The pull request got no comment: ${comment.why}.`)
    else host.log.info(`Comment ${comment.state}: ${comment.url}`)
  }
  return { uploaded }
}

const handToCodeScanning = async (
  { files: { sarif } }: Scanned,
  { upload = 'auto' }: ScanInputs,
  run: WorkflowRun,
  send: (sarif: string) => Promise<Upload>,
  { host, signal }: PublishPorts,
): Promise<boolean> => {
  if (upload === 'off' || sarif === undefined) return false
  const result = await send(await readFile(sarif, 'utf8')).catch((error: unknown): Upload => {
    signal.throwIfAborted()
    return { state: 'failed', why: messageOf(error) }
  })
  switch (result.state) {
    case 'taken':
      host.log.info(`Code scanning of ${run.repository} has read the SARIF.`)
      return true
    case 'pending':
      host.log.warning(`Code scanning took the SARIF (${result.id}) and has not read it yet.`)
      return true
    case 'not-available':
    case 'failed': {
      const text = `Code scanning did not take the SARIF: ${result.why}.`
      if (upload === 'required') throw new KitError('sarif-upload-failed', text)
      host.log.warning(`${text} The findings are in the summary and in \`${sarif}\`.`)
      return false
    }
  }
}
