import { KitError } from '@deploy-kit/core'
import { exchanged, textIn, type LoginPorts } from './ports.ts'

/**
 * The identity tokens of a job of GitHub Actions (docs.github.com/actions/reference/security/oidc): the runner names where they are to be had when
 * the job has `id-token: write`.
 */
export const githubIdentity =
  (environment: NodeJS.ProcessEnv, ports: Omit<LoginPorts, 'identityToken'>): LoginPorts['identityToken'] =>
  async (audience) => {
    const url = environment['ACTIONS_ID_TOKEN_REQUEST_URL']
    const token = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN']
    if (url === undefined || url === '' || token === undefined) {
      throw new KitError('registry-login-failed', 'This job cannot have an identity token, which a login without a stored secret needs.', {
        remedy: 'Give the job `permissions: id-token: write`; pull requests from forks never have it.',
      })
    }
    const address = new URL(url)
    address.searchParams.set('audience', audience)
    const service = `The identity provider of the job (audience ${audience})`
    const body = await exchanged(service, address.href, ports, { headers: { authorization: `Bearer ${token}` } })
    const identity = textIn(service, body, 'value')
    ports.mask(identity)
    return identity
  }
