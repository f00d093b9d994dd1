import { describe, expect, test } from '@jest/globals'
import { conflictsIn, takenOver } from '../../../packages/platforms/src/kubernetes/manifests/field-managers.ts'

const template = { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:env': {} } } } }
const kubectl = {
  manager: 'kubectl-client-side-apply',
  operation: 'Update',
  fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:template': template, 'f:strategy': {} } },
}
const controller = { manager: 'kube-controller-manager', operation: 'Update', subresource: 'status', fieldsV1: { 'f:status': {} } }
const rancher = {
  manager: 'rancher',
  operation: 'Update',
  fieldsV1: { 'f:metadata': { 'f:annotations': {} }, 'f:spec': { 'f:template': { 'f:metadata': {} } } },
}
const argo = { manager: 'argocd-controller', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:paused': {} } } }
const ours = {
  manager: 'deploy-kit',
  operation: 'Apply',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': { 'f:selector': {} } },
}
const object = (...managedFields: object[]) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', managedFields } })

describe('taking over what was applied by other means', () => {
  test('the fields of kubectl become ours, but replicas, which nobody would want then', () => {
    expect(takenOver(object(kubectl, controller), true)).toEqual([
      { ...kubectl, fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      controller,
      { ...ours, fieldsV1: { 'f:spec': { 'f:template': template, 'f:strategy': {} } } },
    ])
  })

  test('what we have applied already stays ours', () => {
    expect(takenOver(object(ours, kubectl), true)?.at(-1)).toEqual({
      ...ours,
      fieldsV1: { 'f:spec': { 'f:selector': {}, 'f:template': template, 'f:strategy': {} } },
    })
  })

  test('of a controller that wrote into the template only that is taken, and only for a workload that is applied whole', () => {
    expect(takenOver(object(rancher), true)).toEqual([
      { ...rancher, fieldsV1: { 'f:metadata': { 'f:annotations': {} } } },
      { ...ours, fieldsV1: { 'f:spec': { 'f:template': { 'f:metadata': {} } } } },
    ])
    expect(takenOver(object(rancher), false)).toBeUndefined()
  })

  test('what others have applied, and what controllers report, is nobody else’s', () => {
    expect(takenOver(object(argo, controller, ours), true)).toBeUndefined()
    expect(takenOver(object(), true)).toBeUndefined()
  })
})

describe('conflicts with other managers', () => {
  test('one, in the words of the server', () => {
    expect(conflictsIn('Apply failed with 1 conflict: conflict with "helm" using v1: .spec.type')).toEqual([
      { manager: 'helm', field: '.spec.type' },
    ])
  })

  test('several of several, without those of people’s tools', () => {
    const message = [
      'Apply failed with 4 conflicts: conflicts with "argocd-controller" using apps/v1:',
      '- .spec.template.spec.containers[name="web"].image',
      '- .spec.paused',
      'conflicts with "kubectl-client-side-apply" using apps/v1:',
      '- .spec.strategy.type',
      'conflicts with "vpa" with subresource "scale" using apps/v1:',
      '- .spec.replicas',
    ].join('\n')
    expect(conflictsIn(message)).toEqual([
      { manager: 'argocd-controller', field: '.spec.template.spec.containers[name="web"].image' },
      { manager: 'argocd-controller', field: '.spec.paused' },
      { manager: 'vpa', field: '.spec.replicas' },
    ])
  })
})
