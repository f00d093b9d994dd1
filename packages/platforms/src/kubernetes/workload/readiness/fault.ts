/** Why a workload will not become whole, as far as it can be seen. */
export interface Fault {
  /** Object that shows it: a pod, or the workload that cannot make pods. */
  readonly object: string
  /** The cluster's own word for it, such as `ImagePullBackOff`: by object and word a fault is known again. */
  readonly reason: string
  /** One sentence without the object. */
  readonly text: string
  readonly remedy: string
  /** How long it may last before it is believed: what often passes by itself is given time to. */
  readonly graceMs: number
  /** Container whose log says more, and whether that of its last run is meant. */
  readonly log?: { readonly container: string; readonly previous: boolean }
}
