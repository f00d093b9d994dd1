/** What a build is told about the event that started it: everything that tags and labels depend on. */
export interface BuildEvent {
  /** `push`, `pull_request`, `schedule`, … */
  readonly name: string
  /** The full reference: `refs/heads/main`, `refs/tags/v1.2.3`, `refs/pull/15/merge`. Empty when there is none. */
  readonly ref: string
  /** The commit, 40 hex digits. Empty when there is none. */
  readonly sha: string
  /** Milliseconds since 1970 of the commit, and of now. */
  readonly commitTime: number
  readonly now: number
  readonly defaultBranch: string | undefined
  /** The branch a pull request goes to, or what the payload of a pushed tag calls its base. */
  readonly baseRef: string | undefined
  readonly repository: {
    readonly name: string
    readonly description: string
    readonly url: string
    /** SPDX identifier. */
    readonly license: string
  }
}

/** What the runner knows of an event. */
export interface GivenEvent {
  readonly name: string
  readonly ref: string
  readonly sha: string
  /** The content of the file that GITHUB_EVENT_PATH names. */
  readonly payload: unknown
  readonly now: number
  /** Milliseconds since 1970. Default: the time in the payload when it tells of this commit, else now. */
  readonly commitTime?: number
  /** Take the last commit of a pull request instead of the merge commit that GitHub made for it. */
  readonly headOfPullRequest?: boolean
}

/**
 * The event as tags see it. A `pull_request_target` runs on the base branch; here it is the pull request that it is about,
 * so that a fork's build can never be named like a build of the base branch.
 */
export const eventOf = (given: GivenEvent): BuildEvent => {
  const { payload } = given
  const isPullRequest = given.name === 'pull_request' || given.name === 'pull_request_target'
  const number = at(payload, 'number') ?? at(payload, 'pull_request', 'number')
  const headSha = given.headOfPullRequest === true && isPullRequest ? textAt(payload, 'pull_request', 'head', 'sha') : ''
  const ref = given.name === 'pull_request_target' && typeof number === 'number' ? `refs/pull/${number}/merge` : given.ref
  const sha = headSha === '' ? given.sha : headSha
  const base = ref.startsWith('refs/tags/')
    ? textAt(payload, 'base_ref').replace(/^refs\/heads\//, '')
    : ref.startsWith('refs/pull/')
      ? textAt(payload, 'pull_request', 'base', 'ref')
      : ''
  const defaultBranch = textAt(payload, 'repository', 'default_branch')
  return {
    name: given.name,
    ref,
    sha,
    now: given.now,
    commitTime: given.commitTime ?? commitTimeIn(payload, sha) ?? given.now,
    defaultBranch: defaultBranch === '' ? undefined : defaultBranch,
    baseRef: base === '' ? undefined : base,
    repository: {
      name: textAt(payload, 'repository', 'name'),
      description: textAt(payload, 'repository', 'description'),
      url: textAt(payload, 'repository', 'html_url'),
      license: textAt(payload, 'repository', 'license', 'spdx_id'),
    },
  }
}

/** The branch, tag or number of pull request in a full reference; undefined when it is of another kind. */
export const nameIn = (ref: string, kind: 'branch' | 'tag' | 'pr'): string | undefined => {
  const prefix = { branch: 'refs/heads/', tag: 'refs/tags/', pr: 'refs/pull/' }[kind]
  if (!ref.startsWith(prefix)) return undefined
  const name = ref.slice(prefix.length)
  return kind === 'pr' ? name.replace(/\/merge$/, '') : name
}

const commitTimeIn = (payload: unknown, sha: string): number | undefined => {
  const commits = at(payload, 'commits')
  const told = [...(Array.isArray(commits) ? (commits as unknown[]) : []), at(payload, 'head_commit')]
  const time = Date.parse(
    textAt(
      told.find((commit) => sha !== '' && at(commit, 'id') === sha),
      'timestamp',
    ),
  )
  return Number.isNaN(time) ? undefined : time
}

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  )

const textAt = (value: unknown, ...path: readonly string[]): string => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}
