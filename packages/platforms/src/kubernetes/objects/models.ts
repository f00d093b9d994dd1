import type {
  V1ConfigMap,
  V1Container,
  V1ContainerStatus,
  CoreV1Event,
  V1ControllerRevision,
  V1DaemonSet,
  V1Deployment,
  V1EnvVar,
  V1Ingress,
  V1Job,
  V1NetworkPolicy,
  V1Pod,
  V1PodDisruptionBudget,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1ResourceQuota,
  V1Secret,
  V1Service,
  V1ServicePort,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node'

/** A model of the official client as the JSON that the API server sends: no class, nothing to be changed in place, times as text. */
type Sent<T> = T extends Date
  ? string
  : T extends readonly (infer E)[]
    ? readonly Sent<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Sent<T[K]> }
      : T

export type ConfigMap = Sent<V1ConfigMap>
export type Container = Sent<V1Container>
export type ContainerStatus = Sent<V1ContainerStatus>
export type ControllerRevision = Sent<V1ControllerRevision>
export type DaemonSet = Sent<V1DaemonSet>
export type Deployment = Sent<V1Deployment>
export type EnvVar = Sent<V1EnvVar>
export type Event = Sent<CoreV1Event>
export type HorizontalPodAutoscaler = Sent<V2HorizontalPodAutoscaler>
export type Ingress = Sent<V1Ingress>
export type Job = Sent<V1Job>
export type NetworkPolicy = Sent<V1NetworkPolicy>
export type Pod = Sent<V1Pod>
export type PodDisruptionBudget = Sent<V1PodDisruptionBudget>
export type PodTemplate = Sent<V1PodTemplateSpec>
export type ReplicaSet = Sent<V1ReplicaSet>
export type ResourceQuota = Sent<V1ResourceQuota>
export type Secret = Sent<V1Secret>
export type Service = Sent<V1Service>
export type ServicePort = Sent<V1ServicePort>
export type StatefulSet = Sent<V1StatefulSet>

/** What makes pods of a template, as far as deploy-kit releases it. */
export type Workload = Deployment | StatefulSet | DaemonSet
