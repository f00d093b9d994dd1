import { describe, expect, test } from '@jest/globals'
import { configurationOf, type Release } from '@deploy-kit/rollout'
import { identityText, sameTemplate } from '../../../packages/platforms/src/kubernetes/workload/template-identity.ts'
import { releaseFields, releaseIn, withRelease } from '../../../packages/platforms/src/kubernetes/workload/template.ts'
import { releaseOf } from '../../../packages/platforms/src/kubernetes/workload/revision.ts'
import type { Deployment, EnvVar } from '../../../packages/platforms/src/kubernetes/objects/models.ts'

const digest = `sha256:${'a'.repeat(64)}`
const release = (environment: Readonly<Record<string, string>> = {}): Release => ({
  digest,
  image: `registry.example:5000/acme/shop@${digest}`,
  environment,
  configuration: configurationOf(environment),
})
/** A workload whose sidecar comes from the same registry, which has a port. */
const workload = (env: readonly EnvVar[] = []): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop' },
  spec: {
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop' }, annotations: { team: 'shop' } },
      spec: {
        initContainers: [{ name: 'migrate', image: 'registry.example:5000/acme/shop:1' }],
        containers: [
          { name: 'shop', image: 'registry.example:5000/acme/shop:1', env, ports: [{ containerPort: 8080 }] },
          { name: 'proxy', image: 'registry.example:5000/acme/proxy:1' },
        ],
      },
    },
  },
})
const after = (found: Deployment, next: Release): Deployment => ({
  ...found,
  spec: { selector: {}, ...found.spec, template: withRelease(found, next, 'shop') },
})
const envOf = ({ spec }: Deployment): readonly EnvVar[] => spec?.template.spec?.containers[0]?.env ?? []

const identity = (found: Deployment): string => identityText(found.spec?.template ?? {}, 'shop')

describe('the template of a release', () => {
  // Azure/k8s-deploy replaces by the name before the first colon, which with a port is that of every image of the registry.
  test('another image goes into the container that is released, and into no other', () => {
    const spec = withRelease(workload(), release(), 'shop').spec
    expect(spec?.containers.map(({ image }) => image)).toEqual([
      `registry.example:5000/acme/shop@${digest}`,
      'registry.example:5000/acme/proxy:1',
    ])
    expect(spec?.initContainers).toEqual(workload().spec?.template.spec?.initContainers)
  })

  test('variables of a release are set where they stand, and go with the next one that does not set them', () => {
    const first = after(
      workload([
        { name: 'A', value: 'theirs' },
        { name: 'B', value: '$(A)/b' },
      ]),
      release({ A: 'ours', C: 'new' }),
    )
    expect(envOf(first)).toEqual([
      { name: 'A', value: 'ours' },
      { name: 'B', value: '$(A)/b' },
      { name: 'C', value: 'new' },
    ])
    expect(envOf(after(first, release({ C: 'newer' })))).toEqual([
      { name: 'B', value: '$(A)/b' },
      { name: 'C', value: 'newer' },
    ])
  })

  test('what is described is what was released, until somebody else sets the image', () => {
    const released = after(workload(), release({ A: '1' }))
    expect(releaseOf(released, undefined, 'shop')).toEqual(release({ A: '1' }))
    const changed = JSON.parse(JSON.stringify(released).replaceAll(`acme/shop@${digest}"`, 'acme/shop:2"')) as Deployment
    expect(releaseOf(changed, 'sha256:running', 'shop')).toMatchObject({
      digest: 'sha256:running',
      image: 'registry.example:5000/acme/shop:2@sha256:running',
    })
  })

  test('an image release sets its own fields, and names of copies, and nothing that is the business of others', () => {
    const pinned: Deployment = after(
      workload([
        { name: 'PLAIN', value: 'theirs' },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tokens-0123456789', key: 't' } } },
      ]),
      release({ A: '1' }),
    )
    const template = {
      ...pinned.spec?.template,
      spec: {
        ...pinned.spec?.template.spec,
        containers: pinned.spec?.template.spec?.containers ?? [],
        volumes: [
          { name: 'v', configMap: { name: 'c-0123456789', defaultMode: 420 } },
          { name: 'scratch', emptyDir: {} },
        ],
      },
    }
    expect(releaseFields(template, release({ A: '1' }), 'shop')).toEqual({
      metadata: { annotations: { 'deploy-kit.io/release': JSON.stringify(release({ A: '1' })) } },
      spec: {
        containers: [
          {
            name: 'shop',
            image: `registry.example:5000/acme/shop@${digest}`,
            env: [
              { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'tokens-0123456789', key: 't' } } },
              { name: 'A', value: '1' },
            ],
          },
        ],
        volumes: [{ name: 'v', configMap: { name: 'c-0123456789' } }],
      },
    })
  })
})

describe('whether two templates are one', () => {
  test('the same workload under another release has the same identity: its image, variables and name are told apart otherwise', () => {
    expect(identity(after(workload([{ name: 'B', value: 'b' }]), release({ A: '1' })))).toBe(
      identity(workload([{ name: 'B', value: 'b' }])),
    )
  })

  test('a restart by kubectl is no change', () => {
    const restarted = JSON.parse(
      JSON.stringify(workload()).replace('"team":"shop"', '"team":"shop","kubectl.kubernetes.io/restartedAt":"2026-01-01T00:00:00Z"'),
    ) as Deployment
    expect(identity(restarted)).toBe(identity(workload()))
    expect(sameTemplate(restarted.spec?.template, workload().spec?.template)).toBe(true)
  })

  test.each([
    ['another port', '"containerPort":8080', '"containerPort":8081'],
    ['another image beside it', 'acme/proxy:1', 'acme/proxy:2'],
    ['another variable', '"value":"b"', '"value":"c"'],
    ['another label', '"labels":{"app":"shop"}', '"labels":{"app":"shop","tier":"web"}'],
  ])('%s is another one', (_, from, to) => {
    const found = workload([{ name: 'B', value: 'b' }])
    const changed = JSON.parse(JSON.stringify(found).replace(from, to)) as Deployment
    expect(identity(changed)).not.toBe(identity(found))
    expect(sameTemplate(changed.spec?.template, found.spec?.template)).toBe(false)
  })

  test('what the server adds as empty, and another order of variables, make no other template', () => {
    const [a, b] = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]
    expect(
      sameTemplate(workload([a, b]).spec?.template, {
        ...workload([b, a]).spec?.template,
        metadata: { ...workload().spec?.template.metadata, finalizers: [] },
      }),
    ).toBe(true)
  })

  test('a name in the template is read back', () => {
    expect(releaseIn(after(workload(), release({ A: '1' })).spec?.template)).toEqual(release({ A: '1' }))
    expect(releaseIn(workload().spec?.template)).toBeUndefined()
  })
})
