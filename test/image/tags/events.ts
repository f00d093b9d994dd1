import { eventOf, makeTags, type BuildEvent, type Tags, type TagRequest } from '@deploy-kit/image/tags'

const commit = '860c1904a1ce19322e91ac35af1ab07466440c37'
const repository = {
  name: 'Hello-World',
  description: 'This your first repo!',
  html_url: 'https://github.com/octocat/Hello-World',
  default_branch: 'master',
  license: { spdx_id: 'MIT' },
}
const time = Date.UTC(2020, 0, 10, 0, 30)

const event = (name: string, ref: string, payload: object = {}): BuildEvent =>
  eventOf({ name, ref, sha: commit, payload: { repository, ...payload }, now: time, commitTime: time })

/** The events of the stories, all in one repository whose default branch is `master`. */
export const push = (branch: string): BuildEvent => event('push', `refs/heads/${branch}`)
export const pushTag = (tag: string, base?: string): BuildEvent =>
  event('push', `refs/tags/${tag}`, base === undefined ? {} : { base_ref: `refs/heads/${base}` })
export const dispatch = (branch: string): BuildEvent => event('workflow_dispatch', `refs/heads/${branch}`)
export const schedule = (): BuildEvent => event('schedule', 'refs/heads/master')
export const release = (tag: string): BuildEvent => event('release', `refs/tags/${tag}`)
const pullRequest = {
  number: 15,
  pull_request: { number: 15, base: { ref: 'master' }, head: { sha: '3370e228f2209994d57af4427fe64e71bb79ac96' } },
}
export const pull = (): BuildEvent => event('pull_request', 'refs/pull/15/merge', pullRequest)
export const pullTarget = (): BuildEvent => event('pull_request_target', 'refs/heads/master', pullRequest)
export const pullHead = (): BuildEvent =>
  eventOf({
    name: 'pull_request',
    ref: 'refs/pull/15/merge',
    sha: commit,
    payload: { repository, ...pullRequest },
    now: time,
    headOfPullRequest: true,
  })
/** What a local run knows: nothing. */
export const nowhere = (): BuildEvent => eventOf({ name: '', ref: '', sha: '', payload: undefined, now: time })

/** The tags of one image for one event. */
export const tagsFor = (given: BuildEvent, rules: readonly string[] = [], more: Partial<TagRequest> = {}): Tags =>
  makeTags({ event: given, images: ['user/app'], rules, ...more })
