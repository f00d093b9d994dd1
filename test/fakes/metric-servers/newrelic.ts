import type { Side } from '@deploy-kit/rollout'
import type { Past } from './past.ts'
import { insist, MetricServer, type Asked, type Told } from './server.ts'

export const key = `NRAK-${'C'.repeat(27)}`

export const refused = (message: string, errorClass: string): Told => ({
  body: { data: { actor: { account: null } }, errors: [{ message, path: ['actor', 'account', 'canary'], extensions: { errorClass } }] },
})

/** NerdGraph with the transactions of one account, one of which is one request. */
export const newrelicServer = (past: Past): MetricServer => {
  const tell = (asked: Asked): Told => {
    insist(asked.method === 'POST' && asked.path === '/graphql', `${asked.method} ${asked.path}`)
    insist(asked.headers['content-type'] === 'application/json' && asked.headers['api-key'] === key, 'this request')
    const { query, variables } = JSON.parse(asked.body) as { query: string; variables: Record<string, unknown> }
    const { account, ...nrql } = variables as { account: number; canary?: string; stable?: string }
    insist(account === 1234567, `the account ${account}`)
    const sides = Object.keys(nrql) as Side[]
    insist(
      query ===
        `query ($account: Int!, ${sides.map((side) => `$${side}: Nrql!`).join(', ')}) { actor { account(id: $account) { ` +
          `${sides.map((side) => `${side}: nrql(query: $${side}, timeout: 9) { results }`).join(' ')} } } }`,
      `the query ${query}`,
    )
    return {
      body: { data: { actor: { account: Object.fromEntries(sides.map((side) => [side, { results: [row(past, nrql[side] ?? '')] }])) } } },
    }
  }
  return new MetricServer(tell, {
    unauthorised: { status: 401, body: { errors: [{ message: 'The API key provided is invalid' }] } },
    busy: { status: 429, body: 'Too many concurrent requests' },
    'wrong-shape': { body: { data: { actor: { account: { canary: { results: [{ count: 5 }] } } } } } },
  })
}

const row = (past: Past, nrql: string) => {
  const asked =
    /^SELECT count\(\*\) AS 'requests', filter\(count\(\*\), WHERE error IS true\) AS 'failures' FROM Transaction WHERE \(appName = 'shop' AND tags\.version = '(1\.[01]\.0)'\) AND timestamp >= (\d+) AND timestamp < (\d+) SINCE (\d+) UNTIL (\d+)$/.exec(
      nrql,
    )
  insist(asked !== null && asked[2] === asked[4] && asked[3] === asked[5], `the NRQL ${nrql}`)
  // A count of no events is 0 in NRQL.
  return past.between(asked[1] === '1.1.0' ? 'canary' : 'stable', Number(asked[2]), Number(asked[3])) ?? { requests: 0, failures: 0 }
}
