import type { RouterName } from './registry.ts'

/** Whether something can be had of a router, and what is to be known of it; of what cannot, why. */
export interface Ability {
  readonly can: boolean
  readonly words: string
}

const yes = (words = 'yes'): Ability => ({ can: true, words })
const no = (why: string): Ability => ({ can: false, words: why })

/** What a router can. Refusals and the table in docs/kubernetes/routers/README.md are made of it; test/platforms/kubernetes/routers/abilities.test.ts holds the options to it. */
export interface Abilities {
  readonly sharesBy: string
  readonly weights: string
  readonly header: Ability
  readonly cookie: Ability
  /** Whether users can be held to the side that has served them. It is never deploy-kit that binds them: a user who is bound cannot go home with one write. */
  readonly affinity: Ability
  readonly taken: string
}

const toPods = 'its affinity is to pods, and which side gets a request is drawn before'

export const abilities: Readonly<Record<RouterName, Abilities>> = {
  'gateway-api': {
    sharesBy: 'HTTPRoute, GRPCRoute',
    weights: 'any',
    header: yes(),
    cookie: yes('where the gateway takes regular expressions for headers'),
    affinity: yes('by `sessionPersistence` of your rule, which is experimental'),
    taken: 'every parent says so',
  },
  istio: {
    sharesBy: 'VirtualService',
    weights: 'any',
    header: yes(),
    cookie: yes(),
    affinity: no(`no: \`consistentHash\` does not do it; ${toPods}`),
    taken: 'the API server has it',
  },
  linkerd: {
    sharesBy: 'HTTPRoute whose parent is the Service',
    weights: 'any',
    header: yes('from inside the mesh'),
    cookie: yes('from inside the mesh'),
    affinity: no('no: Linkerd has none'),
    taken: 'the mesh says so',
  },
  traefik: {
    sharesBy: 'TraefikService, IngressRoute',
    weights: 'any',
    header: yes('by IngressRoute'),
    cookie: yes('by IngressRoute'),
    affinity: yes('by `weighted.sticky` of your TraefikService; at a weight of 0 everybody comes home'),
    taken: 'the API server has it',
  },
  contour: {
    sharesBy: 'HTTPProxy',
    weights: 'any',
    header: yes(),
    cookie: yes(),
    affinity: no(`no: \`loadBalancerPolicy\` does not do it; ${toPods}`),
    taken: 'Contour says that it is valid',
  },
  alb: {
    sharesBy: 'Ingress of the AWS Load Balancer Controller',
    weights: 'any',
    header: no('no: it would need a rule of its own, above yours'),
    cookie: no('no, for the same reason'),
    affinity: yes('by `targetGroupStickinessConfig` of your action, which outlives a weight of 0'),
    taken: 'the listener rules have it; without credentials for AWS, the API server',
  },
  nginx: {
    sharesBy: 'a second Ingress beside that of ingress-nginx',
    weights: 'any',
    header: yes(),
    cookie: yes('with the value `always`'),
    affinity: yes('by `affinity: cookie` of your Ingress'),
    taken: 'the API server has it',
  },
  replicas: {
    sharesBy: 'the Service, by counts of pods',
    weights: 'what the counts allow',
    header: no('no: a Service looks into no request'),
    cookie: no('no, for the same reason'),
    affinity: no('no: `sessionAffinity: ClientIP` would hold clients to one pod, and the share would be theirs'),
    taken: 'the endpoints have the pods',
  },
  none: {
    sharesBy: 'nothing: the canary never gets a share',
    weights: '0',
    header: no('no'),
    cookie: no('no'),
    affinity: no('no'),
    taken: '',
  },
  smi: {
    sharesBy: 'refused: the Service Mesh Interface was archived',
    weights: '',
    header: no(''),
    cookie: no(''),
    affinity: no(''),
    taken: '',
  },
}
