import { input } from '@deploy-kit/core'

/** How the step gets into registries. */
export const registryInputs = {
  'registry-username': input.text({
    about: 'Name for the registry of the image. Default with `registry-password`: who started the run.',
  }),
  'registry-password': input.secret({ about: 'Password or token for it. For ghcr.io `github.token`, with `packages: write`.' }),
  'registry-logins': input.secretAssignments({
    about: 'Logins for further registries: host=name:password, one a line.',
  }),
  'registry-identities': input.lines({
    about:
      'Logins by the identity of the job, without a stored secret (`id-token: write`): host,aws,role=…; host,google,provider=…,service-account=…; docker.io,docker-hub,organization=…,connection=….',
  }),
}
