import { refusalOf, type GitHubApi } from './github-api.ts'

export type Comment = { readonly state: 'created' | 'updated'; readonly url: string } | { readonly state: 'refused'; readonly why: string }

/** GitHub takes so many characters. */
const longest = 65_536
const cut = '\n\n_Cut: the summary of the step has the rest._\n'

/** Pages of a hundred comments that are looked through. */
const mostPages = 30

/**
 * Keeps one comment of a pull request up to date: the one that begins with a mark of this name and was written by a bot, so that
 * nobody can have their own comment written over.
 */
export const stickyComment = async (pullRequest: number, name: string, markdown: string, api: GitHubApi): Promise<Comment> => {
  const mark = `<!-- deploy-kit ${name.replace(/[^\w./:-]+/g, '-').replaceAll('--', '-')} -->`
  const body = fit(`${mark}\n${markdown}`)
  const found = await find(pullRequest, mark, api)
  const answer =
    found === undefined
      ? await api.call('POST', `/issues/${pullRequest}/comments`, { body })
      : await api.call('PATCH', `/issues/comments/${found}`, { body })
  if (answer.status !== 200 && answer.status !== 201) return { state: 'refused', why: refusalOf(answer) }
  const { html_url: url = '' } = answer.body as { html_url?: string }
  return { state: found === undefined ? 'created' : 'updated', url }
}

interface Listed {
  readonly id: number
  readonly body?: string
  readonly user?: { readonly type?: string } | null
}

const find = async (pullRequest: number, mark: string, api: GitHubApi): Promise<number | undefined> => {
  let next: string | undefined = `/issues/${pullRequest}/comments?per_page=100`
  for (let page = 0; next !== undefined && page < mostPages; page += 1) {
    const answer = await api.call('GET', next)
    if (answer.status !== 200) return undefined
    const own = (answer.body as readonly Listed[]).find(({ body, user }) => user?.type === 'Bot' && body?.startsWith(mark) === true)
    if (own !== undefined) return own.id
    next = answer.next
  }
  return undefined
}

const fit = (text: string): string => (text.length <= longest ? text : text.slice(0, text.lastIndexOf('\n', longest - cut.length)) + cut)
