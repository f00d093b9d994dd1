import { createHash, createHmac } from 'node:crypto'

const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
const mac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/**
 * Whether a request is signed with a key, recomputed by the steps of AWS Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). For requests without a query.
 */
export const isSigned = (
  request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string | undefined>>
    readonly body: string
  },
  secret: string,
): boolean => {
  const given = /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    request.headers['authorization'] ?? '',
  )
  const [, scope = '', signedHeaders = '', signature] = given ?? []
  const [day = '', region = '', service = ''] = scope.split('/')
  const names = signedHeaders.split(';')
  const canonicalHeaders = names.map((name) => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('')
  const canonical = [request.method, request.path, '', canonicalHeaders, signedHeaders, sha(request.body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'] ?? '', scope, sha(canonical)].join('\n')
  const key = mac(mac(mac(mac(`AWS4${secret}`, day), region), service), 'aws4_request')
  return mac(key, toSign).toString('hex') === signature && ['host', 'x-amz-date'].every((name) => names.includes(name))
}
