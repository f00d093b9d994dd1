import type { Main } from '@deploy-kit/core'
import { removeLogins } from '@deploy-kit/release'

/** Removes the Docker configuration with its logins that a killed main has left. */
export const post: Main = (host) => removeLogins(host)
