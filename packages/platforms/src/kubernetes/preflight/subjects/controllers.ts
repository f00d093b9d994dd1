import type { Finding } from '@deploy-kit/rollout'
import type { KubeObject } from '../../api/index.ts'
import type { Situation } from '../situation.ts'
import type { Subject } from '../subject.ts'

interface Reference {
  readonly kind?: string
  readonly name?: string
}

/** The places at which the kinds of Argo Rollouts, Flagger and OpenKruise name a workload. */
interface Controlling extends KubeObject {
  readonly spec?: {
    readonly workloadRef?: Reference
    readonly targetRef?: Reference
    readonly objectRef?: { readonly workloadRef?: Reference }
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }
    readonly strategy?: {
      readonly canary?: { readonly stableService?: string; readonly canaryService?: string }
      readonly blueGreen?: { readonly activeService?: string }
    }
  }
}

/** Another controller that shifts traffic or pods of this workload: two on one Service end in neither's state. */
export const controllers: Subject = (situation) =>
  situation.neighbours
    .filter(({ kind }) => kind.role === 'rollout')
    .flatMap(({ kind, objects }) =>
      objects
        .filter((object) => controls(object, situation))
        .map((object): Finding => ({
          severity: 'error',
          code: 'rollout-controller-present',
          message: `The ${kind.kind} ${object.metadata?.name ?? ''} (${kind.group}) already shifts the traffic of ${situation.options.workload}.`,
          remedy: `Release through it, or remove it: \`kubectl delete ${kind.plural}.${kind.group} ${object.metadata?.name ?? ''} -n ${situation.options.namespace}\`.`,
        })),
    )

const controls = (object: Controlling, { stable, front }: Situation): boolean => {
  const { workloadRef, targetRef, objectRef, strategy } = object.spec ?? {}
  const named = [workloadRef, targetRef, objectRef?.workloadRef].some(
    (reference) => reference?.name === stable.metadata?.name && (reference?.kind ?? 'Deployment') === (stable.kind ?? 'Deployment'),
  )
  const services = [strategy?.canary?.stableService, strategy?.canary?.canaryService, strategy?.blueGreen?.activeService]
  return named || (front !== undefined && services.includes(front.metadata?.name))
}
