import { input } from '@deploy-kit/core'

/** The platforms that can be named; each has a folder in packages/platforms. */
export const platforms = ['kubernetes', 'local'] as const

/** Which workload in which place is meant. Every action that looks at a target takes these. */
export const targetInputs = {
  config: input.path({
    default: 'deploy-kit.yml',
    about: 'Configuration of the app and its environments. Inputs override it; without the file, the inputs must say everything.',
  }),
  app: input.text({ about: 'App to act on. Needed when the configuration does not name it.' }),
  environment: input.text({ about: 'Environment to act on. Needed when the configuration has several.' }),
  platform: input.choice(platforms, { about: 'Platform of the environment. Default: what the configuration says.' }),
  edge: input.url({
    about: "Address of the local platform's admin API, as `deploy-kit serve` prints it. Default: what the configuration says.",
  }),
  namespace: input.text({ about: 'Kubernetes: namespace of the workload. Default: what the configuration says.' }),
  workload: input.text({ about: 'Kubernetes: workload as kind/name, such as `deployment/shop`. Default: what the configuration says.' }),
  container: input.text({ about: 'Kubernetes: container that the image is for. Needed when the workload has several.' }),
  kubeconfig: input.path({
    about: 'Kubernetes: path of a kubeconfig. Default: KUBECONFIG, ~/.kube/config, or the service account of the pod.',
  }),
  'kube-context': input.text({ about: 'Kubernetes: context of the kubeconfig. Default: its current one.' }),
}

export const targetHosts = {
  'the admin address of the local platform': 'To read and change the target. On the machine of the job; nothing leaves it.',
  'the API server of the cluster': 'Kubernetes: to read and change the workload, its route and the lease.',
}
