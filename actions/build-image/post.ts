import type { Main } from '@deploy-kit/core'
import { cleanUpBuild } from '@deploy-kit/release'

/** Removes the Docker configuration with its logins, and the builder, that a killed main has left. */
export const post: Main = (host) => cleanUpBuild(host)
