import type { BuildRequest } from '@deploy-kit/image'
import type { BuildInputs } from './inputs.ts'

/** Registries that keep an index with attestations beside the images, and whose users' platforms read it. */
const takesAttestations = [/^ghcr\.io$/, /^docker\.io$/, /^quay\.io$/, /^(?:[a-z0-9-]+\.)?pkg\.dev$/, /^registry\.gitlab\.com$/]

/**
 * Which attestations of BuildKit go with the image. `auto` attaches them where they are known to do no harm: they turn an image into
 * an index, which ECR for Lambda, ACR and older registries refuse (docker/buildx#1533, moby/buildkit#5747).
 */
export const attestationsOf = (
  inputs: Pick<BuildInputs, 'provenance' | 'sbom' | 'push'>,
  registries: readonly (string | undefined)[],
  isPublic: boolean,
): Required<Pick<BuildRequest, 'provenance' | 'sbom'>> => {
  const taken =
    inputs.push !== 'false' && registries.every((registry) => takesAttestations.some((known) => known.test(registry ?? 'docker.io')))
  const auto = taken ? (isPublic ? 'max' : 'min') : 'off'
  return {
    provenance: inputs.provenance === 'auto' ? auto : inputs.provenance === 'false' ? 'off' : inputs.provenance,
    sbom: inputs.sbom === 'auto' ? taken : inputs.sbom === 'true',
  }
}
