import { parseDuration } from '@deploy-kit/core'
import { expected, keys, words } from '@deploy-kit/core/yaml'
import * as z from 'zod'
import { endpointOptions } from './endpoint/options.ts'
import { helmOptions } from './helm/options.ts'
import { routerOptions } from './routers/index.ts'

/** A duration that stays text: the options of a target are kept as state for `post`. */
const durationText = (fallback: string) =>
  z
    .string({ error: expected('a duration such as 500ms, 30s or 1m30s') })
    .refine((text) => parseDuration(text) !== undefined, { error: expected('a duration such as 500ms, 30s or 1m30s') })
    .default(fallback)

const workload = z
  .string({ error: expected('kind/name, such as deployment/shop') })
  .regex(/^(deployment|statefulset|daemonset)\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, {
    error: expected('deployment/name, statefulset/name or daemonset/name'),
  })

const manifests = z
  .union([words, z.array(words).min(1)], { error: expected('a path, or a list of paths') })
  .transform((paths) => (typeof paths === 'string' ? [paths] : paths))

const metrics = keys({
  port: z
    .int({ error: expected('a port from 1 to 65535') })
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      'Port of the metrics. Default: the annotation prometheus.io/port, a port named `metrics`, or the first port of the container.',
    ),
  path: z
    .string()
    .startsWith('/', { error: expected('a path that begins with /') })
    .default('/metrics')
    .describe('Path of the metrics.'),
  requests: words.default('http_requests_total').describe('Counter of requests.'),
  failed: words.default('code=~"5.."').describe('Which of the requests failed, as label matchers.'),
  histogram: words.default('http_request_duration_seconds').describe('Latency histogram in seconds.'),
})

/** The Kubernetes platform's part of an environment in deploy-kit.yml: `platform: { kubernetes: { … } }`. */
export const kubernetesOptions = keys({
  namespace: words.describe('Namespace of the workload.'),
  workload: workload.describe('Workload that is released, as kind/name.'),
  container: words.optional().describe('Container that the image is for. Needed when the workload has several.'),
  service: words.optional().describe('Service in front of the workload. Default: the only one that selects its pods.'),
  manifests: manifests
    .optional()
    .describe(
      'Manifests that are the release: files, directories, kustomizations, or `-` for standard input, relative to this file. Default: the workload as it stands in the cluster.',
    ),
  'pin-configuration': z
    .boolean({ error: expected('true or false') })
    .default(true)
    .describe(
      'Whether the ConfigMaps and Secrets that the workload reads are copied under a hash of their content, so that they roll back with the code.',
    ),
  'keep-releases': z
    .int({ error: expected('a number from 1 to 100') })
    .min(1)
    .max(100)
    .default(10)
    .describe(
      'How many releases that served are kept whole in the cluster. Those that a record or the history of the workload names are kept as well.',
    ),
  'force-conflicts': z
    .boolean({ error: expected('true or false') })
    .default(false)
    .describe('Whether manifests may change fields that another controller manages.'),
  router: routerOptions.optional().describe('What shares the traffic. Default: `auto`, which finds the one in use.'),
  endpoint: endpointOptions
    .optional()
    .describe(
      'How smoke tests and probes reach one side: by a port-forward through the API server, through the router by its header or cookie, or by the Services of both sides, for runners in the cluster. Default: `port-forward`.',
    ),
  'max-surge': z
    .union([z.int().min(1).transform(String), z.string().regex(/^(?:[1-9]\d*|[1-9]\d*%)$/)], {
      error: expected('a count of pods such as 2, or a percentage of the replicas such as 50%'),
    })
    .optional()
    .describe(
      'Most pods that the canary may have beside those of stable: a count, or a percentage of its replicas. Weights that need more are refused. Default: as many as the weight needs.',
    ),
  'ready-within': durationText('10m').describe('Time that pods have to become ready.'),
  'schedule-within': durationText('2m').describe('Time that a pod may wait for a node, such as one that an autoscaler brings.'),
  'job-within': durationText('10m').describe('Time that each Job of the manifests may take before the canary starts.'),
  drain: durationText('5s').describe('Time between the last request that is sent to pods and their end.'),
  metrics: metrics.optional().describe('Where pods show their requests as Prometheus text. They are read through the API server.'),
  'managed-elsewhere': z
    .enum(['refuse', 'accept'], { error: expected('refuse or accept') })
    .default('refuse')
    .describe('What to do when Argo CD, Flux or Helm manages an object that a release changes.'),
  helm: helmOptions.optional().describe('Release a workload that a Helm release holds through Helm.'),
  kubeconfig: words.optional().describe('Path of a kubeconfig. Default: KUBECONFIG, ~/.kube/config, or the service account of the pod.'),
  context: words.optional().describe('Context of the kubeconfig. Default: its current one.'),
  'insecure-skip-tls-verify': z
    .boolean({ error: expected('true or false') })
    .default(false)
    .describe('Whether a kubeconfig may turn the verification of the server off.'),
})

export type KubernetesOptions = z.output<typeof kubernetesOptions>
