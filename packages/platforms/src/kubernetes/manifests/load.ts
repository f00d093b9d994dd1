import type { Place } from '../place.ts'
import type { Discovery } from './discovery.ts'
import type { Manifest } from './manifest.ts'
import { readManifests } from './read-manifests.ts'
import { processInputs, readSources, type ManifestInputs } from './sources.ts'
import { workloadOf, type WorkloadManifests } from './workload-of.ts'

/** The manifests that the options name, read once: standard input gives them one time only. Undefined when none are named. */
export const manifestLoader = (cluster: Place, known: Discovery, inputs: ManifestInputs = processInputs) => {
  let loaded: Promise<WorkloadManifests> | undefined
  const load = async (signal: AbortSignal): Promise<WorkloadManifests> => {
    const { options, namespace } = cluster
    const all = readManifests(await readSources(options.manifests ?? [], inputs, signal))
    const { workload, others } = workloadOf(all, options.workload, namespace)
    return { workload, others: await Promise.all(others.map((manifest) => placed(manifest, known, namespace, signal))) }
  }
  return async (signal: AbortSignal): Promise<WorkloadManifests | undefined> => {
    if (cluster.options.manifests === undefined) return undefined
    loaded ??= load(signal)
    return loaded
  }
}

/** The manifest with the namespace that it is applied to, where its kind has one. */
const placed = async (manifest: Manifest, known: Discovery, namespace: string, signal: AbortSignal): Promise<Manifest> => {
  const { object } = manifest
  if (object.metadata?.namespace !== undefined) return manifest
  const kind = await known.find(object, signal)
  return kind?.namespaced === false ? manifest : { ...manifest, object: { ...object, metadata: { ...object.metadata, namespace } } }
}
