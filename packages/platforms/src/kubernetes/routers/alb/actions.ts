import type { KubeObject } from '../../api/index.ts'

export const actionPrefix = 'alb.ingress.kubernetes.io/actions.'

/** A target group of a forward action (AWS Load Balancer Controller, `alb.ingress.kubernetes.io/actions.${name}`). */
export interface TargetGroup {
  /** Absent for target groups that were made elsewhere. */
  readonly serviceName?: string
  readonly servicePort?: string | number
  readonly targetGroupARN?: string
  readonly weight?: number
}

interface Action {
  readonly type?: string
  readonly forwardConfig?: { readonly targetGroups?: readonly TargetGroup[] }
}

/** The forward actions of an Ingress by their annotations; those of other types, and what is no JSON, are none of ours. */
export const forwardsOf = ({ metadata }: KubeObject): readonly { readonly key: string; readonly groups: readonly TargetGroup[] }[] =>
  Object.entries(metadata?.annotations ?? {}).flatMap(([key, text]) => {
    if (!key.startsWith(actionPrefix)) return []
    const { type, forwardConfig } = parsed(text)
    return type === 'forward' && forwardConfig?.targetGroups !== undefined ? [{ key, groups: forwardConfig.targetGroups }] : []
  })

/** The text of an action with other target groups. Everything else in it, such as stickiness, is kept. */
export const withGroups = (text: string, groups: readonly TargetGroup[]): string => {
  const action = parsed(text)
  return JSON.stringify({ ...action, forwardConfig: { ...action.forwardConfig, targetGroups: groups } })
}

const parsed = (text: string): Action => {
  try {
    return JSON.parse(text) as Action
  } catch {
    return {}
  }
}
