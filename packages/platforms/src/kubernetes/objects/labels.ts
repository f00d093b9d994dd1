export type Labels = Readonly<Record<string, string>>

/** A label selector as in workloads, policies and budgets. */
export interface LabelSelector {
  readonly matchLabels?: Labels
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]
}

/** Prefix of all labels and annotations of ours. */
export const prefix = 'deploy-kit.io'

export const ours = {
  /** `canary` on everything that belongs to the canary's side. */
  track: `${prefix}/track`,
  /** The app that an object was made for. */
  app: `${prefix}/app`,
  /** The release that a pod template is, as JSON. */
  release: `${prefix}/release`,
  /** Name of the workload that an object was made for. */
  workload: `${prefix}/workload`,
  /** What an object of ours is: `configuration` or `snapshot`. */
  part: `${prefix}/part`,
  /** Name of the object that a copy has the content of. */
  copyOf: `${prefix}/copy-of`,
  /** In a pod template: which copy stands for which object, as JSON. */
  configuration: `${prefix}/configuration`,
  managedBy: 'app.kubernetes.io/managed-by',
} as const

/** Whether labels are selected. An empty selector selects everything (apimachinery, LabelSelectorAsSelector). */
export const selects = (selector: LabelSelector, labels: Labels): boolean =>
  Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = labels[key]
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value)
      case 'NotIn':
        return value === undefined || !values.includes(value)
      case 'Exists':
        return value !== undefined
      case 'DoesNotExist':
        return value === undefined
      default:
        return false
    }
  })

/** A selector as the query parameter `labelSelector`. */
export const selectorText = (selector: LabelSelector): string =>
  [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      switch (operator) {
        case 'In':
          return `${key} in (${values.join(',')})`
        case 'NotIn':
          return `${key} notin (${values.join(',')})`
        case 'Exists':
          return key
        default:
          return `!${key}`
      }
    }),
  ].join(',')
