import type { KubeObject } from '../../../../../packages/platforms/src/kubernetes/api/index.ts'
import { edited, pathIn, service, signal, type World } from './world.ts'

const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' } as const

export const backend = (name: string, port: object = { number: 80 }) => ({ service: { name, port } })

export const nginxIngress = (name = 'shop', annotations: Readonly<Record<string, string>> = {}): KubeObject =>
  ({
    ...ingress,
    metadata: { name, annotations: { 'nginx.ingress.kubernetes.io/proxy-body-size': '8m', ...annotations } },
    spec: {
      ingressClassName: 'nginx',
      tls: [{ hosts: ['shop.test'], secretName: 'shop-tls' }],
      rules: [
        { host: 'only-a-host.test' },
        {
          host: 'shop.test',
          http: {
            paths: [
              { path: '/api', pathType: 'Prefix', backend: backend('shop') },
              { path: '/cart', pathType: 'Exact', backend: backend('shop', { name: 'http' }) },
              { path: '/old', pathType: 'Prefix', backend: backend('legacy') },
            ],
          },
        },
        {
          host: 'assets.test',
          http: {
            paths: [{ path: '/', pathType: 'Prefix', backend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'assets' } } }],
          },
        },
      ],
    },
  }) as KubeObject

export const nginxWorld = (options: object = {}): World => ({
  router: 'nginx',
  options,
  objects: [service('shop'), service('legacy'), service('shop-canary'), nginxIngress()],
  touched: [
    [ingress, 'shop'],
    [ingress, 'shop-canary'],
  ],
  interfere: async (place, percent) => {
    const metadata = { annotations: { 'nginx.ingress.kubernetes.io/canary-weight': String(percent) } }
    await place.client.patch(pathIn(place, ingress, 'shop-canary'), { metadata }, { type: 'merge-patch', signal })
  },
})

const action = 'alb.ingress.kubernetes.io/actions.shop'

interface Forward {
  readonly forwardConfig: { readonly targetGroups: { serviceName: string; weight: number }[] }
}

/** The owners' action is written over several lines, which must come back as they were. */
export const albWorld: World = {
  router: 'alb',
  options: {},
  objects: [
    service('shop'),
    service('shop-canary'),
    {
      ...ingress,
      metadata: {
        name: 'shop',
        annotations: {
          'alb.ingress.kubernetes.io/scheme': 'internet-facing',
          'alb.ingress.kubernetes.io/actions.to-tls': '{"type":"redirect","redirectConfig":{"port":"443"}}',
          [action]: `{
  "type": "forward",
  "forwardConfig": {
    "targetGroups": [
      {"serviceName": "shop", "servicePort": "80", "weight": 8},
      {"targetGroupARN": "arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/old/1", "weight": 2}
    ],
    "targetGroupStickinessConfig": {"enabled": true, "durationSeconds": 200}
  }
}`,
        },
      },
      spec: {
        ingressClassName: 'alb',
        rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend: backend('shop', { name: 'use-annotation' }) }] } }],
      },
    } as KubeObject,
  ],
  touched: [[ingress, 'shop']],
  interfere: (place, percent) =>
    edited(place, ingress, 'shop', ({ metadata }) => {
      const annotations = metadata?.annotations as Record<string, string>
      const forward = JSON.parse(annotations[action] ?? '') as Forward
      const groups = forward.forwardConfig.targetGroups
      const [stable, canary] = [
        groups.find((each) => each.serviceName === 'shop'),
        groups.find((each) => each.serviceName === 'shop-canary'),
      ]
      if (stable === undefined || canary === undefined) throw new Error('the canary is not in the action')
      const both = stable.weight + canary.weight
      canary.weight = Math.round((both * percent) / 100)
      stable.weight = both - canary.weight
      annotations[action] = JSON.stringify(forward)
    }),
  rearrange: (place) =>
    edited(place, ingress, 'shop', ({ metadata }) => {
      const annotations = metadata?.annotations as Record<string, string>
      const forward = JSON.parse(annotations[action] ?? '') as Forward
      forward.forwardConfig.targetGroups.reverse()
      annotations[action] = JSON.stringify(forward)
    }),
}
