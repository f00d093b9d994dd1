import type { KubeObject } from '../api/index.ts'
import type { KubernetesOptions } from '../options.ts'

/** Who puts an object back to what it was when somebody else changes it. */
export interface Owner {
  readonly kind: 'argo' | 'flux' | 'helm'
  readonly name: string
  readonly remedy: string
}

interface Managed extends KubeObject {
  readonly metadata?: NonNullable<KubeObject['metadata']> & { readonly managedFields?: readonly { readonly manager?: string }[] }
}

/** The GitOps controller, or the Helm release that is not the one that is released, which an object belongs to. */
export const ownerOf = (object: KubeObject, options: Pick<KubernetesOptions, 'helm'>): Owner | undefined =>
  argo(object) ?? flux(object) ?? helm(object, options)

/** By default Argo CD tracks by the label app.kubernetes.io/instance alone, which Helm charts set too; so who wrote the fields decides. */
const argo = (object: Managed): Owner | undefined => {
  const { annotations = {}, labels = {}, managedFields = [] } = object.metadata ?? {}
  const tracking = annotations['argocd.argoproj.io/tracking-id']
  const written = managedFields.some(({ manager }) => manager?.startsWith('argocd') === true)
  const app =
    tracking?.split(':')[0] ?? labels['argocd.argoproj.io/instance'] ?? (written ? labels['app.kubernetes.io/instance'] : undefined)
  if (app === undefined) return undefined
  const { apiVersion = '', kind = '', metadata } = object
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : ''
  return {
    kind: 'argo',
    name: `the Argo CD Application ${app}`,
    remedy:
      `Add to the Application: spec.ignoreDifferences: [{ group: ${group ?? ''}, kind: ${kind}, name: ${metadata?.name ?? ''}, managedFieldsManagers: [deploy-kit] }] ` +
      'and spec.syncPolicy.syncOptions: [RespectIgnoreDifferences=true, ApplyOutOfSyncOnly=true].',
  }
}

const flux = ({ metadata, kind = '' }: KubeObject): Owner | undefined => {
  const { labels = {} } = metadata ?? {}
  const kustomization = labels['kustomize.toolkit.fluxcd.io/name']
  if (kustomization !== undefined)
    return {
      kind: 'flux',
      name: `the Flux Kustomization ${kustomization}`,
      remedy: `Annotate the ${kind} in git with \`kustomize.toolkit.fluxcd.io/ssa: IfNotPresent\`, so that Flux creates it and then leaves it alone.`,
    }
  const release = labels['helm.toolkit.fluxcd.io/name']
  return release === undefined
    ? undefined
    : {
        kind: 'flux',
        name: `the Flux HelmRelease ${release}`,
        remedy: `Suspend it while releases are made by deploy-kit: \`flux suspend helmrelease ${release} -n ${labels['helm.toolkit.fluxcd.io/namespace'] ?? ''}\`.`,
      }
}

const helm = ({ metadata }: KubeObject, options: Pick<KubernetesOptions, 'helm'>): Owner | undefined => {
  const release = metadata?.annotations?.['meta.helm.sh/release-name']
  if (release === undefined || options.helm?.release === release) return undefined
  return {
    kind: 'helm',
    name: `the Helm release ${release}`,
    remedy: `Release through Helm, with \`helm: { release: ${release}, … }\` in the platform (docs/kubernetes/helm.md), or be sure that every later \`helm upgrade\` names the image that was released.`,
  }
}
