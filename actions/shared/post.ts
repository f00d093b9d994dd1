import type { Main } from '@deploy-kit/core'
import { finishInPost } from '@deploy-kit/release'

/**
 * Finishes what a cancelled or killed main left in the target it was about to change. Nothing to do is the usual case.
 * The runner calls it with `post-if: always()`, in the same step, with the state that main saved.
 */
export const post: Main = (host) => finishInPost(host)
