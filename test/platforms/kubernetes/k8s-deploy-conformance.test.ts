import { describe, expect, test } from '@jest/globals'
import { configurationOf } from '@deploy-kit/rollout'
import { readManifests } from '../../../packages/platforms/src/kubernetes/manifests/read-manifests.ts'
import type { Deployment } from '../../../packages/platforms/src/kubernetes/objects/models.ts'
import { podsFor, reachable, refuseUnreachable, shareOf } from '../../../packages/platforms/src/kubernetes/routers/replicas/counts.ts'
import { canaryDeployment } from '../../../packages/platforms/src/kubernetes/workload/canary-objects.ts'
import { replicasFor } from '../../../packages/platforms/src/kubernetes/workload/capacity.ts'
import { withRelease } from '../../../packages/platforms/src/kubernetes/workload/template.ts'
import { selector, shop } from './preflight/situation.ts'

/**
 * The verified faults of Azure/k8s-deploy v7.0.0, by their numbers. Those that take a cluster to be shown are in
 * test/kubernetes/k8s-deploy-conformance.kubernetes.ts; test/kubernetes/README.md has the list.
 */
describe('faults of Azure/k8s-deploy that cannot happen here', () => {
  describe('3: the percentage is not the share', () => {
    // What it gave, measured: 2 replicas and 50 % made 25 %, 3 and 10 % made 20 %, 1 and 10 % made 33.3 %, 10 and 20 % made 14.3 %, any and 0 % made 16.7 %.
    test.each([
      [2, 50, 50],
      [10, 20, 23],
      [9, 10, 10],
    ])('beside %d replicas %d %% are the nearest that counts can give, %d %%', (stable, weight, given) => {
      expect(() => refuseUnreachable(weight, stable)).not.toThrow()
      expect(Math.round(shareOf(podsFor(weight, stable), stable))).toBe(given)
    })

    test.each([
      [3, 10],
      [1, 10],
    ])('beside %d replicas %d %% are refused, with the weights that can be had', (stable, weight) => {
      expect(() => refuseUnreachable(weight, stable)).toThrow(`${weight} % of traffic cannot be sent`)
      expect(reachable(stable)).not.toContain(weight)
    })

    test('0 % is nobody', () => {
      expect(shareOf(0, 5)).toBe(0)
      expect(reachable(5)).toContain(0)
    })
  })

  test('4: a workload without replicas, as an autoscaler wants it, has a canary of NaN', () => {
    const { replicas: _, ...spec } = shop().spec as NonNullable<Deployment['spec']>
    const stable: Deployment = { ...shop(), spec }
    const replicas = replicasFor(10, stable.spec?.replicas ?? 1)
    const canary = canaryDeployment({
      app: 'shop',
      namespace: 'shop',
      workload: stable,
      service: undefined,
      avoid: [selector],
      replicas,
      routed: true,
    })
    expect(canary.spec?.replicas).toBe(1)
  })

  test('5: an image of a registry with a port is taken for the name of the registry, and overwrites every container from there', () => {
    const digest = `sha256:${'c'.repeat(64)}`
    const workload = shop({
      pod: {
        initContainers: [{ name: 'migrate', image: 'localhost:5000/migrate:1' }],
        containers: [
          { name: 'app', image: 'localhost:5000/app:1' },
          { name: 'sidecar', image: 'localhost:5000/sidecar:1' },
        ],
      },
    })
    const release = { digest, image: `localhost:5000/app@${digest}`, environment: {}, configuration: configurationOf({}) }
    const { spec } = withRelease(workload, release, 'app')
    const images = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name, image }) => [name, image])
    expect(images).toEqual([
      ['migrate', 'localhost:5000/migrate:1'],
      ['app', `localhost:5000/app@${digest}`],
      ['sidecar', 'localhost:5000/sidecar:1'],
    ])
  })

  test('6: a trailing line of dashes ends in "Cannot read properties of null"', () => {
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n---\n'
    expect(readManifests([{ file: 'app.yaml', text }]).map(({ object }) => object.kind)).toEqual(['ConfigMap'])
  })
})
