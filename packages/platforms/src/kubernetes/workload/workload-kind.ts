import type { KubernetesOptions } from '../options.ts'

/** The kinds of workloads that can be released, by their names in `kinds`. */
export type WorkloadKind = 'deployment' | 'statefulSet' | 'daemonSet'

const byWord: Readonly<Record<string, WorkloadKind>> = { deployment: 'deployment', statefulset: 'statefulSet', daemonset: 'daemonSet' }

/** Kind of the workload that is released: that of `statefulset/shop`. Its form was checked with the options. */
export const workloadKindOf = ({ workload }: Pick<KubernetesOptions, 'workload'>): WorkloadKind =>
  byWord[workload.slice(0, workload.indexOf('/'))] ?? 'deployment'
