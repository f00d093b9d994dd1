import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'

/** A certificate with its key, PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** DER (ITU-T X.690): tag, length, content. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts)
const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts)
const text = (value: string): Buffer => der(0x0c, Buffer.from(value))
const time = (date: Date): Buffer => der(0x18, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')))
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const oids = { commonName: '550403', basicConstraints: '551d13', alternativeName: '551d11', ecdsaWithSha256: '2a8648ce3d040302' }

const nameOf = (commonName: string): Buffer => sequence(set(sequence(oid(oids.commonName), text(commonName))))
const pem = (bytes: Buffer): string => {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

interface Subject {
  readonly name: string
  readonly authority?: boolean
  readonly dns?: readonly string[]
  readonly addresses?: readonly string[]
}

/** An authority for certificates of tests, made for this process (RFC 5280, ECDSA over P-256). */
export class Authority implements Certificate {
  readonly cert: string
  readonly key: string
  readonly #key: KeyObject
  readonly #name: string

  constructor(name = 'an authority for tests') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    this.#name = name
    this.cert = this.#sign(publicKey, { name, authority: true })
    this.key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
  }

  /** A certificate of a server or a client. */
  certificate(subject: Omit<Subject, 'authority'>): Certificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return { cert: this.#sign(publicKey, subject), key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })) }
  }

  #sign(publicKey: KeyObject, { name, authority = false, dns = [], addresses = [] }: Subject): string {
    const algorithm = sequence(oid(oids.ecdsaWithSha256))
    const alternatives = [
      ...dns.map((host) => der(0x82, Buffer.from(host))),
      ...addresses.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
    ]
    const extensions = [
      sequence(
        oid(oids.basicConstraints),
        der(0x01, Buffer.from([0xff])),
        der(0x04, sequence(...(authority ? [der(0x01, Buffer.from([0xff]))] : []))),
      ),
      ...(alternatives.length === 0 ? [] : [sequence(oid(oids.alternativeName), der(0x04, sequence(...alternatives)))]),
    ]
    const day = 86_400_000
    const body = sequence(
      der(0xa0, der(0x02, Buffer.from([2]))),
      der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
      algorithm,
      nameOf(this.#name),
      sequence(time(new Date(Date.now() - day)), time(new Date(Date.now() + day))),
      nameOf(name),
      publicKey.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(...extensions)),
    )
    const signature = createSign('sha256').update(body).sign(this.#key)
    return pem(sequence(body, algorithm, der(0x03, Buffer.from([0]), signature)))
  }
}
