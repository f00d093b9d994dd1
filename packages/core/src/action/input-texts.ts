import { InputRejected } from './input-rejected.ts'
import { asIs, spec, type InputOptions } from './input-spec.ts'

export const text = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>({ kind: 'text', allowed: 'any text', parse: asIs, write: asIs }, options)

/** A secret is read like text, but masked in the log, and the command line takes it from the environment only. */
export const secret = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>({ kind: 'secret', allowed: 'a secret', secretsIn: (given) => [given], parse: asIs, write: asIs }, options)

export const path = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>({ kind: 'path', allowed: 'a path', parse: asIs, write: asIs }, options)

/** The digest of an image manifest; tags move, digests do not. */
export const digest = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>(
    {
      kind: 'digest',
      allowed: 'a digest such as sha256:9f86d0…, 64 hexadecimal digits in all',
      parse: (given) => {
        if (!/^sha256:[0-9a-f]{64}$/.test(given)) throw new InputRejected('is not sha256: and 64 hexadecimal digits')
        return given
      },
      write: asIs,
    },
    options,
  )

/** An absolute http or https address. A password in it would end up in logs, so it is refused. */
export const url = <const O extends InputOptions<string>>(options: O) =>
  spec<string, O>(
    {
      kind: 'url',
      allowed: 'an address such as https://shop.example.com',
      parse: (given) => {
        const address = URL.canParse(given) ? new URL(given) : undefined
        if (address === undefined || !/^https?:$/.test(address.protocol)) throw new InputRejected('is not an http or https address')
        if (address.username !== '' || address.password !== '')
          throw new InputRejected('holds a user name or password, which logs would show')
        return given
      },
      write: asIs,
    },
    options,
  )

export const choice = <const C extends readonly [string, ...string[]], const O extends InputOptions<C[number]>>(choices: C, options: O) =>
  spec<C[number], O>(
    {
      kind: 'choice',
      allowed: choices.join(', '),
      choices,
      parse: (given) => {
        if (!choices.includes(given)) throw new InputRejected(`is not one of ${choices.join(', ')}`)
        return given
      },
      write: asIs,
    },
    options,
  )

/** YAML 1.2 booleans, as GitHub's own actions take them. */
export const boolean = <const O extends InputOptions<boolean>>(options: O) =>
  spec<boolean, O>(
    {
      kind: 'boolean',
      allowed: 'true, false',
      choices: ['true', 'false'],
      parse: (given) => {
        if (/^(?:true|True|TRUE)$/.test(given)) return true
        if (/^(?:false|False|FALSE)$/.test(given)) return false
        throw new InputRejected('is neither true nor false')
      },
      write: String,
    },
    options,
  )
