import { request } from 'node:https'

/**
 * A fetch that trusts these certificates. Node's own fetch can only be given them for the whole process (NODE_EXTRA_CA_CERTS),
 * or through a library of 500 KB.
 */
export const fetchTrusting =
  (ca: string) =>
  (url: string | URL, init: RequestInit & { readonly signal: AbortSignal }): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { signal } = init
      const outgoing = request(
        url,
        { ca, method: init.method ?? 'GET', headers: Object.fromEntries(new Headers(init.headers)), signal, agent: false },
        (incoming) => {
          const parts: Buffer[] = []
          incoming.on('data', (part: Buffer) => parts.push(part))
          incoming.on('error', reject)
          incoming.on('end', () => {
            const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
            resolve(new Response(parts.length === 0 ? null : Buffer.concat(parts), { status: incoming.statusCode ?? 500, headers }))
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(init.body ?? undefined)
    })
