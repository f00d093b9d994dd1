import type { ReasonCodePages } from './reason-code.ts'

export const kubernetesCodes = {
  'cluster-config-invalid': {
    title: 'The kubeconfig does not say how to reach the cluster',
    cause: 'It cannot be read, lacks the context that is named, or turns the verification of the server off.',
    remedy: 'Correct what the message names; `kubectl config view` shows what there is.',
  },
  'cluster-unauthorised': {
    title: 'The cluster does not know who asks',
    cause: 'The credentials of the kubeconfig are missing, wrong or expired.',
    remedy: 'Log in to the cluster in an earlier step of the job, or renew the token.',
  },
  'cluster-forbidden': {
    title: 'The cluster does not allow a request',
    cause: 'The role of this user lacks the verb on the object that the message names.',
    remedy: 'Bind the role of docs/kubernetes/role.yaml, which holds exactly what deploy-kit needs.',
  },
  'cluster-conflict': {
    title: 'An object in the cluster was changed by somebody else',
    cause: 'It was written between our reading it and our writing it, again and again.',
    remedy: 'Find who else writes the object the message names, and run again.',
  },
  'cluster-object-missing': {
    title: 'An object that must be there is not',
    cause: 'It was removed, or the cluster does not know its kind.',
    remedy: 'Create what the message names, or install the definition of its kind.',
  },
  'cluster-refused': {
    title: 'The cluster refused an object',
    cause: 'The object is not valid, or an admission webhook or a quota is against it.',
    remedy: 'Read the message of the API server; a dry run shows the same before anything is touched.',
  },
  'workload-missing': {
    title: 'The workload is not in the cluster',
    cause: 'There is none of that kind and name in the namespace, and no manifests that would create it.',
    remedy: 'Correct `workload` and `namespace`, or name the manifests of the app.',
  },
  'workload-container-unclear': {
    title: 'It is not clear which container the image is for',
    cause: 'The workload has several containers, or none of the name that is given.',
    remedy: 'Name it: `container: app`.',
  },
  'workload-service-unclear': {
    title: 'It is not clear which Service is in front of the workload',
    cause: 'Several Services select its pods, or none does.',
    remedy: 'Name the one that the router sends traffic to: `service: shop`.',
  },
  'route-missing': {
    title: 'No route sends traffic to the workload',
    cause: 'The route that is named does not exist, or none of its rules names the Service of the workload.',
    remedy: 'Correct the name of the route or of the Service.',
  },
  'route-not-accepted': {
    title: 'The router has not taken a change of the route',
    cause: 'Its controller reports a fault, or reports nothing within the time allowed.',
    remedy: 'Read the conditions in the status of the route, and the log of its controller.',
  },
} as const satisfies ReasonCodePages
