import { configurationOf, type Release } from '@deploy-kit/rollout'

export interface ReleaseRequest {
  readonly image: string
  readonly digest: string
  readonly version: string | undefined
  readonly commit: string | undefined
  readonly variables: Readonly<Record<string, string>>
}

/** The release that an image with its configuration is. Without a name of its own it is called by its short commit. */
export const releaseOf = ({ image, digest, version, commit, variables }: ReleaseRequest): Release => {
  const name = version ?? commit?.slice(0, 7)
  return {
    digest,
    image,
    ...(commit !== undefined && { commit }),
    ...(name !== undefined && { version: name }),
    environment: variables,
    configuration: configurationOf(variables),
  }
}
