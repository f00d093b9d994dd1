import { execFileSync } from 'node:child_process'
import { createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const issuer = 'https://token.actions.githubusercontent.com'
const type = 'https://in-toto.io/attestation/vulns/v0.2'
const payloadType = 'application/vnd.in-toto+json'

/**
 * An authority that vouches for workflows with certificates, as Fulcio of Sigstore does (github.com/sigstore/fulcio, docs/oid-info.md), and
 * the bundles that workflows sign with them. There is no transparency log.
 */
export class WorkflowAuthority {
  /** For `--trusted-root`. */
  readonly trustedRoot: string
  readonly #directory: string

  constructor(parent: string) {
    this.#directory = mkdtempSync(join(parent, 'authority-'))
    this.#openssl('req', '-x509', ...newKey('ca'), '-out', 'ca.pem', '-days', '2', '-subj', '/O=sigstore.test/CN=root')
    this.trustedRoot = join(this.#directory, 'trusted_root.json')
    const authority = {
      subject: { organization: 'sigstore.test', commonName: 'root' },
      uri: 'https://fulcio.sigstore.test',
      certChain: { certificates: [{ rawBytes: this.#der('ca.pem') }] },
      validFor: { start: '2020-01-01T00:00:00Z' },
    }
    const root = { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1', certificateAuthorities: [authority] }
    writeFileSync(this.trustedRoot, JSON.stringify({ ...root, tlogs: [], ctlogs: [], timestampAuthorities: [] }))
  }

  /** A bundle in which a workflow of a repository says something about a digest. Resolves to the file. */
  attests(workflow: string, repository: string, digest: string, predicate: object): string {
    const name = `leaf-${Math.random()}`
    const extensions = [
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=codeSigning',
      `subjectAltName=critical,URI:${workflow}`,
      `1.3.6.1.4.1.57264.1.1=DER:${Buffer.from(issuer).toString('hex')}`,
      `1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:${issuer}`,
      `1.3.6.1.4.1.57264.1.5=DER:${Buffer.from(repository).toString('hex')}`,
    ]
    writeFileSync(join(this.#directory, `${name}.ext`), extensions.join('\n'))
    this.#openssl('req', ...newKey(name), '-out', `${name}.csr`, '-subj', '/')
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', `${name}.ext`]
    this.#openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
    const subject = [{ name: 'image', digest: { sha256: digest.replace('sha256:', '') } }]
    const payload = Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType: type, predicate }))
    const bundle = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { certificate: { rawBytes: this.#der(`${name}.pem`) }, tlogEntries: [], timestampVerificationData: {} },
      dsseEnvelope: { payload: payload.toString('base64'), payloadType, signatures: [{ sig: this.#signature(name, payload) }] },
    }
    const file = join(this.#directory, `${name}.json`)
    writeFileSync(file, `${JSON.stringify(bundle)}\n`)
    return file
  }

  /** Over the pre-authentication encoding (github.com/secure-systems-lab/dsse, protocol.md). */
  #signature(name: string, payload: Buffer): string {
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload])
    return sign('sha256', encoded, createPrivateKey(readFileSync(join(this.#directory, `${name}.key`)))).toString('base64')
  }

  #der(file: string): string {
    return new X509Certificate(readFileSync(join(this.#directory, file))).raw.toString('base64')
  }

  #openssl(...argv: readonly string[]): void {
    execFileSync('openssl', [...argv], { cwd: this.#directory, stdio: 'pipe' })
  }
}

const newKey = (name: string): readonly string[] => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
  '-nodes',
  '-keyout',
  `${name}.key`,
]
