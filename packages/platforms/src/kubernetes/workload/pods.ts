import type { Pod } from '../objects/models.ts'

/** Ready by its own word, and not on its way out. */
export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata?.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true

/** The one digest that all ready pods run; undefined while they run several, or none is ready. */
export const runningDigestOf = (ready: readonly Pod[], container: string | undefined): string | undefined => {
  const digests = new Set(ready.map((pod) => digestOf(pod, container)))
  const [only] = digests
  return digests.size === 1 ? only : undefined
}

/**
 * The digest that a container runs, as the runtime reports it: `registry/name@sha256:…` (containerd, CRI-O), or the same behind
 * `docker-pullable://` (Docker). A runtime that reports an id of its own instead, such as `docker://sha256:…` or a bare `sha256:…` of the image's
 * configuration (CRI: ContainerStatus.image_id may be any unique id), has verified the digest of a pinned reference when it pulled it;
 * an image that is named by a tag is then not verified.
 */
const digestOf = ({ spec, status }: Pod, container: string | undefined): string | undefined => {
  const name = container ?? spec?.containers[0]?.name
  const found = status?.containerStatuses?.find((each) => each.name === name)
  return digestIn(found?.imageID) ?? digestIn(spec?.containers.find((each) => each.name === name)?.image)
}

const digestIn = (reference: string | undefined): string | undefined => /@(sha256:[0-9a-f]{64})$/.exec(reference ?? '')?.[1]
