import { KitError, messageOf } from '@deploy-kit/core'
import type { Percent } from '@deploy-kit/rollout'
import type { Ingress } from '../../../objects/models.ts'
import type { RouterContext } from '../../router.ts'
import type { AwsCredentials } from './credentials.ts'
import { elbApi } from './elb-api.ts'
import { ListenerRules, type RuleShares } from './listener-rules.ts'

/** A controller that makes a target group takes longer than one that changes a weight. */
const withinMs = 120_000
const pollMs = 2_000

export interface ListenerOptions {
  readonly region?: string | undefined
  readonly endpoint?: string | undefined
}

/** What the Ingress says that the canary shall have; undefined when the canary is not in it. */
type Wanted = Percent | undefined

/**
 * Waits until the rules of the load balancer have what an Ingress says. Where they cannot be read at all (no permission, another account) that is
 * said once, and a change counts as taken when the API server has it.
 */
export const listenerVerification = (
  options: ListenerOptions,
  credentials: AwsCredentials,
  { clock, log, namespace, services }: RouterContext,
): ((ingress: Ingress, wanted: Wanted, signal: AbortSignal) => Promise<void>) => {
  const known = new Map<string, ListenerRules>()
  let isReadable: boolean | undefined

  const rulesOf = ({ metadata, status }: Ingress): ListenerRules | string => {
    const name = metadata?.name ?? ''
    const hostname = status?.loadBalancer?.ingress?.[0]?.hostname
    if (hostname === undefined) return `the Ingress ${name} has no load balancer yet`
    const region = options.region ?? regionOf(hostname)
    if (region === undefined) return `the region of ${hostname} is not known; name it: \`router: { alb: { region: eu-central-1 } }\``
    const found =
      known.get(name) ??
      new ListenerRules(elbApi(region, options.endpoint, credentials, clock), hostname, {
        namespace: metadata?.namespace ?? namespace,
        name,
      })
    known.set(name, found)
    return found
  }
  const unverified = (why: string): void => {
    isReadable = false
    log.warning(`The listener rules of the load balancer are not read back: ${why}. A change counts as taken when the API server has it.`)
  }

  return async (ingress, wanted, signal) => {
    if (isReadable === false) return
    const rules = rulesOf(ingress)
    if (typeof rules === 'string') return unverified(rules)
    const deadline = clock.now() + withinMs
    for (let said = ''; ; await clock.sleep(pollMs, signal)) {
      try {
        const against = objection(await rules.shares(signal), services, wanted)
        isReadable = true
        if (against === undefined) return
        said = against
      } catch (error) {
        signal.throwIfAborted()
        // What could be read before can be read again in a moment.
        if (isReadable === undefined) return unverified(messageOf(error))
        said = messageOf(error)
      }
      if (clock.now() >= deadline)
        throw new KitError(
          'route-not-accepted',
          `The load balancer of the Ingress ${ingress.metadata?.name ?? ''} has not followed: ${said}.`,
          {
            remedy: 'Read the events of the Ingress and the log of the AWS Load Balancer Controller.',
          },
        )
    }
  }
}

/** What is different in the rules; undefined when they have what is wanted. A canary that goes only needs to be without traffic. */
const objection = (rules: readonly RuleShares[], { stable, canary }: RouterContext['services'], wanted: Wanted): string | undefined => {
  const ours = rules.filter(({ weights }) => weights.has(stable))
  if (ours.length === 0) return `no rule forwards to a target group of the Service ${stable}`
  for (const { rule, weights } of ours) {
    const [a, b] = [weights.get(stable) ?? 0, weights.get(canary)]
    if (b === undefined && wanted !== undefined) return `rule ${rule} has no target group of the Service ${canary}`
    const share = a + (b ?? 0) === 0 ? 0 : Math.round((100 * (b ?? 0)) / (a + (b ?? 0)))
    if (share !== (wanted ?? 0)) return `rule ${rule} gives the canary ${share} %, and not ${wanted ?? 0} %`
  }
  return undefined
}

/** `eu-central-1` of `k8s-shop-….eu-central-1.elb.amazonaws.com`. */
const regionOf = (hostname: string): string | undefined => /\.([a-z]{2}(?:-[a-z]+)+-\d+)\.elb\.amazonaws\.com/.exec(hostname)?.[1]
