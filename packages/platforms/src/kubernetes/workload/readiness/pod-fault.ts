import type { ContainerStatus, Pod } from '../../objects/models.ts'
import { crashOf } from './crash.ts'
import type { Fault } from './fault.ts'

export interface PodFaultOptions {
  /** How long a pod may wait for a node, such as one that an autoscaler brings. */
  readonly scheduleWithinMs: number
}

/** A registry that is busy or a ConfigMap that comes a moment later passes by itself. */
const shortly = 10_000
const pullGraceMs = 30_000

/** What keeps a pod from becoming ready and will not pass; undefined when there is nothing of the kind. Init containers come first, as they do in the pod. */
export const podFault = (pod: Pod, { scheduleWithinMs }: PodFaultOptions): Fault | undefined => {
  const object = `pod ${pod.metadata?.name ?? ''}`
  const found =
    unscheduled(pod, scheduleWithinMs) ??
    statusesOf(pod)
      .map((status) => containerFault(status))
      .find((fault) => fault !== undefined)
  return found && { object, ...found }
}

type Found = Omit<Fault, 'object'>

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
]

const unscheduled = ({ status }: Pod, graceMs: number): Found | undefined => {
  const found = status?.conditions?.find(
    ({ type, status: is, reason }) => type === 'PodScheduled' && is === 'False' && reason === 'Unschedulable',
  )
  if (found === undefined) return undefined
  return {
    reason: 'Unschedulable',
    text: `no node takes it: ${found.message ?? 'the scheduler does not say why'}`,
    remedy: 'Give the cluster room, or lower the requests of the pods; nodes that come later get `schedule-within` to do so.',
    graceMs,
  }
}

const containerFault = (status: ContainerStatus): Found | undefined => {
  const { name, state, image } = status
  const { reason = '', message = '' } = state?.waiting ?? {}
  const said = message === '' ? '' : `: ${message}`
  switch (reason) {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return {
        reason,
        text: `container \`${name}\`: ${reason} of ${image}${said}`,
        remedy: 'Correct the reference of the image, its registry, or `imagePullPolicy`.',
        graceMs: 0,
      }
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'ImageInspectError':
    case 'RegistryUnavailable':
      return {
        reason: 'ImagePullBackOff',
        text: `container \`${name}\`: the image ${image} cannot be pulled${said}`,
        remedy: isFinal(message)
          ? 'Push the image to the registry that the cluster pulls from, and let its pods pull it (`imagePullSecrets`).'
          : 'Look whether the nodes reach the registry.',
        graceMs: isFinal(message) ? 0 : pullGraceMs,
      }
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
      return {
        reason,
        text: `container \`${name}\` cannot be created${said}`,
        remedy: 'Create what the message names: a ConfigMap, a Secret, or one of its keys.',
        graceMs: shortly,
      }
    default:
      return crashOf(status)
  }
}

/** Answers of a registry that asking again does not change. */
const isFinal = (message: string): boolean =>
  /not found|manifest unknown|unauthorized|authentication required|denied|forbidden|no match for platform|invalid reference/i.test(message)
