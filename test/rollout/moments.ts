import type { Json } from '@deploy-kit/core'
import { leaseDocument, type Release } from '@deploy-kit/rollout'
import { Story } from './story.ts'

/** Everything that survives a runner that is killed. */
export interface Moment {
  /** What had just been done: a write of the lease, or a change of the target. */
  readonly after: string
  readonly lease: Json
  readonly stable: Release | undefined
  readonly canary: Release | undefined
  readonly weight: number
  /** Whether a replacement in place was in the middle. */
  readonly isWhole: boolean
}

/**
 * Notes every moment of a story at which a kill leaves something else behind: after each write of the lease, so before the
 * change that it announces, and after each change, so before the next write.
 */
export const moments = (story: Story): readonly Moment[] => {
  const seen: Moment[] = []
  let lease: Json = null
  const note = (after: string): void => {
    const { stable, canary, weight, isWhole } = story.target
    if (lease !== null) seen.push({ after, lease, stable, canary, weight, isWhole })
  }
  const write = story.documents.write.bind(story.documents)
  story.documents.write = async (name, value, expected) => {
    const version = await write(name, value, expected)
    if (name === leaseDocument) {
      lease = JSON.parse(JSON.stringify(value)) as Json
      note(`lease: ${(value as { intent: { doing: string } }).intent.doing}`)
    }
    return version
  }
  const { after } = story.target
  story.target.after = (call) => {
    after(call)
    note(call)
  }
  const { midway } = story.target
  story.target.midway = () => {
    note('midway')
    midway()
  }
  return seen
}

/** A world as it was left at that moment. */
export const worldAt = async ({ lease, stable, canary, weight, isWhole }: Moment): Promise<Story> => {
  const story = new Story()
  await story.documents.write(leaseDocument, lease, undefined)
  Object.assign(story.target, { stable, canary, weight, isWhole })
  return story
}
