import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { githubApi } from '../../../packages/release/src/github/github-api.ts'
import { uploadSarif } from '../../../packages/release/src/github/code-scanning.ts'
import { stickyComment } from '../../../packages/release/src/github/pull-request-comment.ts'
import { workflowRun } from '../../../packages/release/src/github/workflow-run.ts'
import { FakeHost } from '../../fakes/action-host.ts'
import { githubServer, type GitHubState } from '../../fakes/github-server.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const commit = 'c'.repeat(40)
let room: string
const open: (() => Promise<void>)[] = []

beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'github-test-'))
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
  await rm(room, { recursive: true })
})

const repository = async (state: GitHubState = {}, head: string | null = 'acme/shop') => {
  const server = await githubServer(state)
  open.push(server.close)
  const event = join(room, 'event.json')
  await writeFile(event, JSON.stringify({ pull_request: { number: 7, head: { repo: head === null ? null : { full_name: head } } } }))
  const run = await workflowRun(new FakeHost(), {
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: commit,
    GITHUB_REF: 'refs/pull/7/merge',
    GITHUB_API_URL: server.url,
    GITHUB_EVENT_PATH: event,
  })
  if (run === undefined) throw new Error('this is a run')
  const clock = new ManualClock()
  const { signal } = new AbortController()
  const api = githubApi({ ...run, token: server.token, clock, signal })
  return {
    server,
    run,
    clock,
    api,
    uploads: (sarif = '{"runs":[]}') => uploadSarif(sarif, run, api, { clock, signal, startedAt: Date.parse('2026-11-22') }),
    comments: (markdown: string, name = 'scan shop') => stickyComment(7, name, markdown, api),
  }
}

describe('code scanning', () => {
  test('takes a SARIF, and is asked until it has read it', async () => {
    const here = await repository({ processing: [{ processing_status: 'pending' }, { processing_status: 'complete' }] })
    expect(await here.uploads('{"runs":[1]}')).toMatchObject({ state: 'taken' })
    expect(here.server.uploads).toEqual([{ commit_sha: commit, ref: 'refs/pull/7/merge', sarif: { runs: [1] } }])
    expect([here.server.polls(), here.server.faults]).toEqual([2, []])
    expect(here.clock.time - new ManualClock().time).toBe(15_000)
  })

  test('says what is wrong with it only afterwards', async () => {
    const here = await repository({
      processing: [{ processing_status: 'failed', errors: ['rejecting SARIF, as there are more results per run than allowed'] }],
    })
    expect(await here.uploads()).toEqual({ state: 'failed', why: 'rejecting SARIF, as there are more results per run than allowed' })
  })

  test('is not waited for without end', async () => {
    const here = await repository({ processing: [{ processing_status: 'pending' }] })
    expect(await here.uploads()).toMatchObject({ state: 'pending' })
    expect(here.server.polls()).toBe(5)
  })

  test.each([
    ['a fork', 'stranger/shop', 'Resource not accessible by integration', 'comes from a fork'],
    ['a fork that is gone', null, 'Resource not accessible by integration', 'comes from a fork'],
    [
      'a repository without it',
      'acme/shop',
      'Advanced Security must be enabled for this repository to use code scanning.',
      'must be enabled',
    ],
  ])('is not to be had in %s', async (_where, head, message, why) => {
    const here = await repository({ refusesUploads: { status: 403, message } }, head)
    expect(await here.uploads()).toEqual({ state: 'not-available', why: expect.stringContaining(why) })
  })

  test('is not sent what it would not take', async () => {
    const here = await repository()
    expect(await here.uploads(randomBytes(12 * 1024 * 1024).toString('base64'))).toEqual({
      state: 'failed',
      why: expect.stringContaining('bytes gzipped'),
    })
    expect(here.server.uploads).toEqual([])
  })
})

describe('the comment of a pull request', () => {
  test('is written once, and kept up to date', async () => {
    const here = await repository()
    expect(await here.comments('first')).toMatchObject({ state: 'created', url: expect.stringContaining('#issuecomment-1') })
    expect(await here.comments('second')).toMatchObject({ state: 'updated' })
    expect(await here.comments('of another image', 'scan other')).toMatchObject({ state: 'created' })
    expect(here.server.comments.map(({ body }) => body.split('\n').at(-1))).toEqual(['second', 'of another image'])
  })

  test("is found on later pages, and is never somebody else's", async () => {
    const said = Array.from({ length: 150 }, (_, index) => ({ id: index + 1, body: `${index}`, user: { type: 'User' as const } }))
    const mark = '<!-- deploy-kit scan-shop -->\n'
    const comments = [
      { id: 1000, body: `${mark}I am not a bot`, user: { type: 'User' as const } },
      ...said,
      { id: 1001, body: `${mark}old`, user: { type: 'Bot' as const } },
    ]
    const here = await repository({ comments })
    expect(await here.comments('new')).toMatchObject({ state: 'updated' })
    expect([comments[0]?.body, comments.at(-1)?.body]).toEqual([`${mark}I am not a bot`, `${mark}new`])
  })

  test('fits', async () => {
    const here = await repository()
    expect(await here.comments('a line of a table\n'.repeat(5_000))).toMatchObject({ state: 'created' })
    expect(here.server.comments[0]?.body).toMatch(/_Cut: the summary of the step has the rest\._\n$/)
  })

  test('is refused in a fork', async () => {
    const here = await repository({ refusesComments: { status: 403, message: 'Resource not accessible by integration' } })
    expect(await here.comments('x')).toEqual({ state: 'refused', why: 'status 403: Resource not accessible by integration' })
  })
})

test('the token goes to GitHub alone', async () => {
  const here = await repository()
  await expect(here.api.call('GET', 'https://elsewhere.example/comments')).rejects.toMatchObject({ code: 'http-unreachable' })
})

test('outside of a workflow there is no run', async () => {
  expect(await workflowRun(new FakeHost(), {})).toBeUndefined()
})
