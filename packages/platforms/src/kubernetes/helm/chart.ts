import { KitError } from '@deploy-kit/core'
import type { Release } from '@deploy-kit/rollout'
import type { KubernetesOptions } from '../options.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { workloadOf, type WorkloadManifests } from '../manifests/workload-of.ts'
import { containerOf } from '../workload/container.ts'
import { historyOf, markOf, stuckIn } from './history.ts'
import { imageArguments } from './image-values.ts'
import type { HelmOptions } from './options.ts'
import type { Helm } from './program.ts'

/** The chart of a Helm release with the values that the release has, and another image. */
export interface Chart {
  /**
   * What an upgrade would apply. Changes nothing.
   * @throws KitError `helm-failed`; `helm-values-unclear` when the values that are named do not reach the image; `manifests-invalid`
   */
  render(release: Release, signal: AbortSignal): Promise<WorkloadManifests>
  /** Upgrades the Helm release to that; its pods follow. */
  upgrade(release: Release, signal: AbortSignal): Promise<void>
}

export const chartOf = (helm: Helm, helmOptions: HelmOptions, options: KubernetesOptions): Chart => {
  const { release: name, chart, version, values } = helmOptions
  const reference = [name, chart, ...(version === undefined ? [] : ['--version', version])]
  /** The values that people gave the revision that serves; those of the chart itself are its own affair. */
  const givenValues = async (signal: AbortSignal): Promise<string> => {
    const history = await historyOf(helm, name, signal)
    const good = stuckIn(history)?.good ?? history.at(-1)
    return helm.run(
      ['get', 'values', name, '--output', 'json', ...(good === undefined ? [] : ['--revision', String(good.revision)])],
      signal,
    )
  }
  const withImage = (release: Release): readonly string[] => ['--values', '-', ...imageArguments(release, values)]

  return {
    render: async (release, signal) => {
      const given = await givenValues(signal)
      const text = await helm.run(
        ['template', ...reference, '--is-upgrade', '--no-hooks', '--dry-run=server', ...withImage(release)],
        signal,
        given,
      )
      const manifests = workloadOf(readManifests([{ file: `helm template ${name}`, text }]), options.workload, options.namespace)
      refuseOtherImage(manifests, release, options, helmOptions)
      return manifests
    },
    upgrade: async (release, signal) => {
      const given = await givenValues(signal)
      await helm.run(['upgrade', ...reference, '--reset-values', '--description', markOf(release), ...withImage(release)], signal, given)
    },
  }
}

const refuseOtherImage = (
  { workload }: WorkloadManifests,
  { digest }: Release,
  options: KubernetesOptions,
  { values }: HelmOptions,
): void => {
  const { name, image = '' } = containerOf(workload.object, options.container)
  if (image.endsWith(`@${digest}`)) return
  const set = Object.values(values).join(', ')
  throw new KitError(
    'helm-values-unclear',
    `With ${set} set, the chart gives the container ${name} the image ${image || '(none)'}, which is not ${digest}.`,
  )
}
