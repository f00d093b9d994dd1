/** What a registry wants to be shown, from the `WWW-Authenticate` header of a 401. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined }

const parameter = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi

/**
 * The challenge that this client can meet: bearer before basic (distribution.github.io/distribution/spec/auth/token/). Undefined when
 * there is neither. Its scope is not read: whoever asks knows better what else comes.
 */
export const challengeIn = (header: string | null): Challenge | undefined => {
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(header ?? '')
  if (bearer !== null) {
    const parameters = new Map(
      [...(bearer[1] ?? '').matchAll(parameter)].map(([, key = '', quoted, plain]) => [key.toLowerCase(), quoted ?? plain ?? '']),
    )
    const realm = parameters.get('realm')
    if (realm === undefined) return undefined
    return { scheme: 'bearer', realm, service: parameters.get('service') }
  }
  return /(?:^|,)\s*basic\b/i.test(header ?? '') ? { scheme: 'basic' } : undefined
}
