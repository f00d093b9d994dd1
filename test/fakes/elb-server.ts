import { loopback, type Loopback } from './loopback.ts'
import { isSigned } from './sigv4.ts'

export const awsKeys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', session: 'session-token' }

/** A load balancer with its target groups, by the mark that the controller puts on them. */
export interface FakeLoadBalancer {
  readonly hostname: string
  /** `shop/shop-shop:80`; undefined for target groups that somebody else has made. */
  readonly marks: readonly (string | undefined)[]
  /** Rules: weights by the index of the target group. */
  rules: readonly (readonly (readonly [group: number, weight: number])[])[]
}

export interface ElbServer extends Loopback {
  /** Actions in order. */
  readonly asked: string[]
  /** The code of an error that is answered instead. */
  refuses: string | undefined
}

const insist = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`Elastic Load Balancing would not take it: ${what}`)
}

const member = (inner: string): string => `<member>${inner}</member>`
const listOf = (name: string, members: readonly string[]): string =>
  members.length === 0 ? `<${name}/>` : `<${name}>${members.map(member).join('')}</${name}>`

const account = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012'
const arnOf = ({ hostname }: FakeLoadBalancer): string => `${account}:loadbalancer/app/${hostname.split('.')[0]}/50dc6c495c0c9188`
const listenerOf = (balancer: FakeLoadBalancer): string => `${arnOf(balancer).replace(':loadbalancer/', ':listener/')}/f2f7dc8efc522ab2`
const groupArn = (balancer: FakeLoadBalancer, group: number): string =>
  `${account}:targetgroup/k8s-${balancer.hostname.split('.')[0]}-${group}/73e2d6bc24d8a067`

const rulesOf = (balancer: FakeLoadBalancer): readonly string[] => {
  const arn = listenerOf(balancer).replace(':listener/', ':listener-rule/')
  const rules = balancer.rules.map((groups, index) => {
    const tuples = groups.map(
      ([group, weight]) => `<TargetGroupArn>${groupArn(balancer, group)}</TargetGroupArn><Weight>${weight}</Weight>`,
    )
    const forward = `<Type>forward</Type><ForwardConfig>${listOf('TargetGroups', tuples)}</ForwardConfig>`
    return `<RuleArn>${arn}/rule-${index}</RuleArn><Priority>${index + 1}</Priority>${listOf('Actions', [forward])}`
  })
  const fixed = listOf('Actions', ['<Type>fixed-response</Type>'])
  return [...rules, `<RuleArn>${arn}/default</RuleArn><IsDefault>true</IsDefault>${fixed}`]
}

/** Members to a page, of what has pages. */
const pageSize = 1

const actions: Readonly<
  Record<
    string,
    readonly [parameters: RegExp, answer: (of: readonly FakeLoadBalancer[], asked: URLSearchParams) => readonly [string, readonly string[]]]
  >
> = {
  DescribeLoadBalancers: [
    /^(?:PageSize|Marker)$/,
    (all) => [
      'LoadBalancers',
      all.map((each) => `<LoadBalancerArn>${arnOf(each)}</LoadBalancerArn><DNSName>${each.hostname}</DNSName><Type>application</Type>`),
    ],
  ],
  DescribeListeners: [
    /^(?:LoadBalancerArn|Marker)$/,
    (all, asked) => [
      'Listeners',
      all
        .filter((each) => arnOf(each) === asked.get('LoadBalancerArn'))
        .map((each) => `<ListenerArn>${listenerOf(each)}</ListenerArn><Port>80</Port><Protocol>HTTP</Protocol>`),
    ],
  ],
  DescribeTargetGroups: [
    /^(?:LoadBalancerArn|Marker)$/,
    (all, asked) => [
      'TargetGroups',
      all
        .filter((each) => arnOf(each) === asked.get('LoadBalancerArn'))
        .flatMap((each) => each.marks.map((_, group) => `<TargetGroupArn>${groupArn(each, group)}</TargetGroupArn><Port>80</Port>`)),
    ],
  ],
  DescribeTags: [
    /^ResourceArns\.member\.(?:[1-9]|1\d|20)$/,
    (all, asked) => [
      'TagDescriptions',
      [...asked].flatMap(([key, arn]) => {
        if (!key.startsWith('ResourceArns')) return []
        const mark = all.flatMap((each) => each.marks.filter((_, group) => groupArn(each, group) === arn))[0]
        const tags = mark === undefined ? [] : [`<Key>ingress.k8s.aws/resource</Key><Value>${mark}</Value>`]
        return [`<ResourceArn>${arn}</ResourceArn>${listOf('Tags', ['<Key>team</Key><Value>shop</Value>', ...tags])}`]
      }),
    ],
  ],
  DescribeRules: [
    /^(?:ListenerArn|Marker)$/,
    (all, asked) => ['Rules', all.filter((each) => listenerOf(each) === asked.get('ListenerArn')).flatMap(rulesOf)],
  ],
}

/**
 * The query API of Elastic Load Balancing with the actions that look (docs.aws.amazon.com/elasticloadbalancing/latest/APIReference): form in,
 * XML out, pages by markers, requests signed with version 4. It breaks the connection at whatever the real one would refuse.
 */
export const elbServer = async (balancers: readonly FakeLoadBalancer[]): Promise<ElbServer> => {
  const asked: string[] = []
  const server: ElbServer = Object.assign(
    await loopback(async (incoming, outgoing) => {
      const body = Buffer.concat((await incoming.toArray()) as Buffer[]).toString('utf8')
      insist(incoming.method === 'POST' && incoming.url === '/', `${incoming.method} ${incoming.url}`)
      insist(incoming.headers['content-type'] === 'application/x-www-form-urlencoded; charset=utf-8', 'another content type')
      insist(incoming.headers['x-amz-security-token'] === awsKeys.session, 'temporary keys without their token')
      const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
      insist(isSigned({ method: 'POST', path: '/', headers, body }, awsKeys.secret), 'another signature')
      insist((headers['authorization'] ?? '').includes('/eu-central-1/elasticloadbalancing/aws4_request'), 'another scope')
      const parameters = new URLSearchParams(body)
      const { Action: action = '', Version: version } = Object.fromEntries(parameters)
      insist(version === '2015-12-01', `version ${version}`)
      const [allowed, answer] = actions[action] ?? []
      insist(answer !== undefined && allowed !== undefined, `the action ${action}`)
      for (const key of parameters.keys())
        insist(key === 'Action' || key === 'Version' || allowed?.test(key) === true, `the parameter ${key} of ${action}`)
      asked.push(action)
      outgoing.setHeader('content-type', 'text/xml')
      if (server.refuses !== undefined) {
        const error = `<Error><Type>Sender</Type><Code>${server.refuses}</Code><Message>not authorized to perform: elasticloadbalancing:${action}</Message></Error>`
        outgoing
          .writeHead(403)
          .end(`<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">${error}</ErrorResponse>`)
        return
      }
      const [list, members] = answer?.(balancers, parameters) ?? ['', []]
      const hasPages = action !== 'DescribeTags'
      const from = Number(parameters.get('Marker') ?? 0)
      const page = hasPages ? members.slice(from, from + pageSize) : members
      const more = hasPages && from + pageSize < members.length ? `<NextMarker>${from + pageSize}</NextMarker>` : ''
      outgoing.end(
        `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><${action}Result>${listOf(list, page)}${more}</${action}Result>` +
          `<ResponseMetadata><RequestId>c7ba1b55</RequestId></ResponseMetadata></${action}Response>`,
      )
    }),
    { asked, refuses: undefined },
  )
  return server
}
