import { readFileSync } from 'node:fs'
import { silentLogger, systemClock } from '@deploy-kit/core'
import { connect, kubeClient, loadKubeConfig, type KubeClient } from '../../../packages/platforms/src/kubernetes/api/index.ts'

/** Versions of the sample workload; README.md says what each does. */
export const versions = ['one', 'two', 'three', 'bad05', 'bad30', 'leaky', 'leaky-two', 'leaky-bad', 'never', 'crash', 'slow20'] as const
export type VersionName = (typeof versions)[number]

/** The cluster that the tests are run in, as its administrator sees it. */
export interface TestCluster {
  readonly client: KubeClient
  readonly kubeconfig: string
  /** Image of a version, by digest. */
  image(version: VersionName): string
  digest(version: VersionName): string
  /** Where the Gateways of the tests answer. */
  readonly gateway: { readonly url: string; readonly className: string; readonly port: number }
}

const needed = (name: string): string => {
  const value = process.env[name]
  if (value !== undefined && value !== '') return value
  throw new Error(`${name} is not set. test/kubernetes/README.md says what the tests in a cluster need.`)
}

/** @throws Error naming what is missing */
export const testCluster = (): TestCluster => {
  const kubeconfig = needed('KUBECONFIG')
  const images = JSON.parse(readFileSync(needed('DEPLOY_KIT_TEST_IMAGES'), 'utf8')) as Readonly<Record<string, string>>
  const url = needed('DEPLOY_KIT_TEST_GATEWAY')
  const config = loadKubeConfig({ kubeconfig, context: undefined, insecure: false }, silentLogger)
  const image = (version: VersionName): string => {
    const found = images[version]
    if (found?.includes('@sha256:') === true) return found
    throw new Error(`DEPLOY_KIT_TEST_IMAGES names no image by digest for \`${version}\`.`)
  }
  return {
    client: kubeClient(connect(config), systemClock),
    kubeconfig,
    image,
    digest: (version) => image(version).slice(image(version).indexOf('@') + 1),
    gateway: { url, className: process.env['DEPLOY_KIT_TEST_GATEWAY_CLASS'] ?? 'traefik', port: Number(new URL(url).port || 80) },
  }
}
