import * as z from 'zod'
import { membersIn, type ElbApi } from './elb-api.ts'

/** What of a rule of a listener is about one Ingress: Services of its target groups with their weights. */
export interface RuleShares {
  /** The last part of the rule's ARN, for people. */
  readonly rule: string
  readonly weights: ReadonlyMap<string, number>
}

const loadBalancer = z.object({ LoadBalancerArn: z.string(), DNSName: z.string() })
const listener = z.object({ ListenerArn: z.string() })
const targetGroup = z.object({ TargetGroupArn: z.string() })
const tag = z.object({ Key: z.string(), Value: z.string().default('') })
const tagDescription = z.object({ ResourceArn: z.string(), Tags: membersIn(tag) })
const tuple = z.object({ TargetGroupArn: z.string(), Weight: z.coerce.number().default(1) })
const action = z.object({ Type: z.string(), ForwardConfig: z.object({ TargetGroups: membersIn(tuple) }).optional() })
const rule = z.object({ RuleArn: z.string(), Actions: membersIn(action) })

/** Most resources in one DescribeTags (API_DescribeTags). */
const mostTagged = 20

/**
 * By what the controller marks a target group: `namespace/ingress-service:port` (AWS Load Balancer Controller,
 * pkg/ingress/model_build_target_group.go, buildTargetGroupResourceID).
 */
const resourceTag = 'ingress.k8s.aws/resource'

/** Reads the rules of the load balancer that an Ingress has. What does not change is asked for once. */
export class ListenerRules {
  readonly #api: ElbApi
  readonly #hostname: string
  /** `shop/shop-`: how the marks of its target groups begin. */
  readonly #prefix: string
  #arns: { readonly loadBalancer: string; readonly listeners: readonly string[] } | undefined
  /** Service by the ARN of its target group; '' for target groups of others. */
  readonly #services = new Map<string, string>()

  constructor(api: ElbApi, hostname: string, ingress: { readonly namespace: string; readonly name: string }) {
    this.#api = api
    this.#hostname = hostname.toLowerCase()
    this.#prefix = `${ingress.namespace}/${ingress.name}-`
  }

  /** The rules that forward to target groups of the Ingress. @throws ElbRefusal */
  async shares(signal: AbortSignal): Promise<readonly RuleShares[]> {
    const { loadBalancer: arn, listeners } = (this.#arns ??= await this.#find(signal))
    const rules = (
      await Promise.all(listeners.map((ListenerArn) => this.#api.list('DescribeRules', { ListenerArn }, 'Rules', rule, signal)))
    ).flat()
    const forwards = rules.map(({ RuleArn, Actions }) => ({
      rule: RuleArn.split('/').at(-1) ?? RuleArn,
      groups: Actions.flatMap(({ Type, ForwardConfig }) => (Type === 'forward' ? (ForwardConfig?.TargetGroups ?? []) : [])),
    }))
    if (forwards.some(({ groups }) => groups.some(({ TargetGroupArn }) => !this.#services.has(TargetGroupArn))))
      await this.#learn(arn, signal)
    return forwards
      .map(({ rule: name, groups }) => ({
        rule: name,
        weights: new Map(
          groups.flatMap(({ TargetGroupArn, Weight }): [string, number][] => {
            const service = this.#services.get(TargetGroupArn) ?? ''
            return service === '' ? [] : [[service, Weight]]
          }),
        ),
      }))
      .filter(({ weights }) => weights.size > 0)
  }

  async #find(signal: AbortSignal) {
    const all = await this.#api.list('DescribeLoadBalancers', { PageSize: '400' }, 'LoadBalancers', loadBalancer, signal)
    const found = all.find(({ DNSName }) => DNSName.toLowerCase() === this.#hostname)
    if (found === undefined) throw new Error(`none of ${all.length} load balancers is called ${this.#hostname}`)
    const { LoadBalancerArn } = found
    const listeners = await this.#api.list('DescribeListeners', { LoadBalancerArn }, 'Listeners', listener, signal)
    return { loadBalancer: LoadBalancerArn, listeners: listeners.map(({ ListenerArn }) => ListenerArn) }
  }

  async #learn(LoadBalancerArn: string, signal: AbortSignal): Promise<void> {
    const groups = await this.#api.list('DescribeTargetGroups', { LoadBalancerArn }, 'TargetGroups', targetGroup, signal)
    const unknown = groups.map(({ TargetGroupArn }) => TargetGroupArn).filter((arn) => !this.#services.has(arn))
    for (let from = 0; from < unknown.length; from += mostTagged) {
      const arns = Object.fromEntries(unknown.slice(from, from + mostTagged).map((arn, index) => [`ResourceArns.member.${index + 1}`, arn]))
      for (const { ResourceArn, Tags } of await this.#api.list('DescribeTags', arns, 'TagDescriptions', tagDescription, signal)) {
        const mark = Tags.find(({ Key }) => Key === resourceTag)?.Value ?? ''
        this.#services.set(ResourceArn, mark.startsWith(this.#prefix) ? mark.slice(this.#prefix.length).replace(/:[^:]*$/, '') : '')
      }
    }
  }
}
