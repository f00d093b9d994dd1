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
  'cluster-login-failed': {
    title: 'No credentials for the cluster could be had',
    cause: 'The plugin or the issuer that the kubeconfig names gave none; the message has what it said.',
    remedy: 'Run the command of `users[].exec` by hand in the same job, or log in to the cloud in an earlier step.',
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
  'job-failed': {
    title: 'A Job of the manifests did not complete',
    cause: 'It failed, waits for what will not come, or took longer than `job-within`. The canary was not started.',
    remedy: 'Read the last lines of its log in the message; the Job is left for `kubectl logs`. The next release replaces it.',
  },
  'workload-missing': {
    title: 'The workload is not in the cluster',
    cause: 'There is none of that kind and name in the namespace, and no manifests that would create it.',
    remedy: 'Correct `workload` and `namespace`, or name the manifests of the app.',
  },
  'workload-without-replicas': {
    title: 'The workload has no pods that could become ready',
    cause: 'It is scaled to 0, or no node matches its pods. Nothing that runs proves nothing.',
    remedy: 'Scale it to one replica at least, or correct the selector of nodes, and release again.',
  },
  'surge-too-small': {
    title: 'The canary may not have the pods that a step needs',
    cause: '`max-surge` allows fewer pods than would carry the share of the traffic without being overloaded.',
    remedy:
      'Raise `max-surge`, or end the steps at what it allows: stable is then replaced by its own rolling update, under the rest of the traffic.',
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
  'permission-missing': {
    title: 'The role in the cluster lacks something',
    cause: 'This user may not do, or not see, what the message lists; each with its reason.',
    remedy: 'Bind what `deploy-kit role` prints for this configuration: `deploy-kit role | kubectl apply -f -`, as an administrator.',
  },
  'managed-elsewhere': {
    title: 'Another tool manages an object that a release changes',
    cause: 'Argo CD, Flux or Helm would set it back: in the middle of a release, or with its next run.',
    remedy: 'Tell that tool to leave the fields of a release alone, then set `managed-elsewhere: accept`.',
  },
  'rollout-controller-present': {
    title: 'Another controller already releases this workload',
    cause:
      'A Rollout or Canary of Argo Rollouts, Flagger or OpenKruise names it or its Service. Two that shift the same traffic undo each other.',
    remedy: 'Release through that controller, or remove its object.',
  },
  'workload-paused': {
    title: 'The workload is paused',
    cause: 'A paused Deployment takes a change of its template and does nothing about it.',
    remedy: 'Resume it with `kubectl rollout resume`.',
  },
  'workload-scaled-to-zero': {
    title: 'The workload has no replicas',
    cause: 'Nothing serves, so there is nothing to compare with and nothing to go back to.',
    remedy: 'Scale it up first.',
  },
  'workload-recreated': {
    title: 'The workload ends all of its pods before it starts new ones',
    cause: 'Its strategy is Recreate.',
    remedy: 'Set `strategy.type: RollingUpdate`, unless two versions must never run beside each other; then no canary can run either.',
  },
  'history-not-kept': {
    title: 'The cluster keeps no earlier revision of the workload',
    cause: '`revisionHistoryLimit` is 0.',
    remedy: 'Set it to 2 or more, so that a person can return without deploy-kit.',
  },
  'autoscaler-sees-no-load': {
    title: 'An autoscaler may shrink stable while the canary serves',
    cause:
      'At the last step all traffic goes to the canary. What scales stable by its load then sees none, and somebody else would undo it if deploy-kit kept it from shrinking stable.',
    remedy: 'Let deploy-kit keep it, as the message says, or give the autoscaler a slower way down, or a higher least number of replicas.',
  },
  'quota-too-small': {
    title: 'The namespace has no room for a canary',
    cause: 'A ResourceQuota leaves less than the canary needs beside stable.',
    remedy: 'Raise the quota by what the message says.',
  },
  'weight-unreachable': {
    title: 'The router cannot give a weight of the plan',
    cause: 'It shares traffic by counts of replicas or in coarse steps, and the weight falls between two of them.',
    remedy: 'Use the weights that the message allows, run more replicas, or name another router.',
  },
  'canary-seen-differently': {
    title: 'Something sees stable and not the canary',
    cause: "It selects by a label that the canary's pods or its Service must not have, because stable's Service selects by it.",
    remedy: 'Let it select the canary too, as the message says.',
  },
  'canary-less-protected': {
    title: 'A policy holds for stable and would not hold for the canary',
    cause: "It selects by a label that the canary's pods must not have, because stable's Service selects by it.",
    remedy: 'Give the canary a copy of the policy, as the message says. It is done once.',
  },
  'replicas-few': {
    title: 'The workload has fewer than three replicas',
    cause: 'With one, any end of a pod is an outage; with two, half of the capacity.',
    remedy: 'Run three or more.',
  },
  'capacity-drops': {
    title: 'The workload may lose capacity while it is updated',
    cause: '`maxUnavailable` of its rolling update is above 0.',
    remedy: 'Set `strategy.rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }`.',
  },
  'readiness-unknown': {
    title: 'Nothing tells when a pod can answer requests',
    cause: 'The container has no readiness probe, so a pod counts as ready as soon as it runs.',
    remedy: 'Give it a `readinessProbe` that fails until the app can answer.',
  },
  'resources-unbounded': {
    title: 'A container does not say what it needs',
    cause: 'Without requests the scheduler packs nodes blindly; without a limit of memory a leak takes its neighbours with it.',
    remedy: 'Set `resources.requests` for CPU and memory, and `resources.limits.memory`.',
  },
  'replicas-together': {
    title: 'All replicas may run on one node',
    cause: 'The pods have neither a topology spread nor an anti-affinity.',
    remedy: 'Add `topologySpreadConstraints` over kubernetes.io/hostname.',
  },
  'disruptions-unbounded': {
    title: 'A drain of nodes may end all replicas at once',
    cause: 'No PodDisruptionBudget selects the pods.',
    remedy: 'Create one with `maxUnavailable: 1`.',
  },
  'image-unpinned': {
    title: 'A container runs an image by a name that can change',
    cause: 'Its reference has no digest.',
    remedy: 'Name the image as `name@sha256:…`. What deploy-kit releases is always pinned.',
  },
  'shutdown-abrupt': {
    title: 'Pods may end while requests are under way',
    cause: 'The pod has too little time to end, or begins to end before the last requests have been sent elsewhere.',
    remedy: 'Add `lifecycle.preStop: { sleep: { seconds: 5 } }`, and a `terminationGracePeriodSeconds` above it and the longest request.',
  },
  'helm-failed': {
    title: 'Helm has refused a command',
    cause: 'The message has what it said.',
    remedy: 'Run the same command by hand; `helm history` shows the state of the release.',
  },
  'helm-values-unclear': {
    title: 'The values that are named do not give the chart the image',
    cause: 'With them set to the release, the chart renders another image for the container.',
    remedy: 'Correct `helm.values` to the values from which the template of the chart makes `image:`.',
  },
  'helm-release-stuck': {
    title: 'A Helm release was left pending',
    cause: 'The helm that made its last revision was interrupted, and Helm refuses every further command.',
    remedy: 'Nothing has to be done: the next release rolls it back to the last revision that was carried out, and says so.',
  },
  'helm-release-busy': {
    title: 'Another helm may be at work on the release',
    cause: 'Its last revision is pending, and not for long enough to be taken for interrupted.',
    remedy: 'Wait until that helm has ended, then run again. After 5 minutes deploy-kit takes the release for stuck and recovers it.',
  },
  'router-unclear': {
    title: 'It is not clear which router shares the traffic',
    cause:
      'Several kinds of routes send traffic to the Service of the workload, and a share of one of them is not a share of all requests.',
    remedy: 'Name the one that production traffic takes: `router: gateway-api`. Remove what is left of a migration.',
  },
  'router-retired': {
    title: 'The router is one that is no longer maintained',
    cause: 'Its project was archived, so its behaviour cannot be relied on.',
    remedy: 'Move the Service to an HTTPRoute of the Gateway API, which meshes and gateways understand.',
  },
  'manifests-invalid': {
    title: 'The manifests cannot be a release',
    cause: 'A file is not there, is not YAML, holds something that is no object, or lacks the workload that is released.',
    remedy: 'Correct the file at the line that is named; `workload` says which object of the manifests is released.',
  },
  'configuration-missing': {
    title: 'The workload reads a ConfigMap or Secret that is not there',
    cause: 'Neither the manifests nor the namespace have it, or the copy that an earlier release ran with was removed.',
    remedy: 'Create it, add it to the manifests, or mark the reference as optional.',
  },
  'release-not-kept': {
    title: 'What the release was in the cluster is not kept any more',
    cause: 'Its snapshot was removed, or it is older than `keep-releases` allows; image and records alone do not say how it ran.',
    remedy:
      'Release that image anew with its manifests, return to a release that is kept, or allow the history of the workload with `from-history`.',
  },
  'snapshot-too-large': {
    title: 'The manifests are too large to be kept in the cluster',
    cause: 'An object may hold 1 MiB, and the manifests of a release are kept in one so that the release can come back.',
    remedy: 'Take large objects (definitions of kinds, dashboards) out of the manifests of the app and apply them on their own.',
  },
  'field-conflict': {
    title: 'Another controller manages fields that the manifests set',
    cause: 'It applied them under its own name, and would set them back or fight over them.',
    remedy: 'Take the fields out of the manifests, or hand them over: `force-conflicts: true`.',
  },
  'selector-immutable': {
    title: 'The manifests change the selector of the workload',
    cause: 'A selector cannot be changed once the workload exists (apps/v1).',
    remedy: 'Keep the selector that the workload has, or give the workload another name.',
  },
  'image-missing': {
    title: 'The registry does not have the image',
    cause: 'It answers that there is no such manifest; the image was removed, or the reference is wrong.',
    remedy: 'Build and push the image again, or choose another release.',
  },
} as const satisfies ReasonCodePages
