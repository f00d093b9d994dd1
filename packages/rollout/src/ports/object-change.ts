/** What a plan does to one object in the target beside the traffic. For people, and without secrets. */
export interface ObjectChange {
  readonly change: 'added' | 'changed' | 'removed'
  /** `Deployment shop`. */
  readonly object: string
  /** Its fields, as `spec.replicas: 2 -> 3`. */
  readonly fields: readonly string[]
}
