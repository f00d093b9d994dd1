import type { Main } from '@deploy-kit/core'
import { removeLogins, finishInPost } from '@deploy-kit/release'

/** Brings the traffic home first; then what the build has left goes. */
export const post: Main = async (host) => {
  const finished = await finishInPost(host)
  const cleaned = await removeLogins(host)
  return finished === 0 ? cleaned : 1
}
