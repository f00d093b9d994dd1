import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { sourceOptions } from '@deploy-kit/metrics'

/** The options of the example in the README of a source, as the source takes them. @throws when it does not */
export const exampleOf = async (name: 'cloudwatch' | 'datadog' | 'elasticsearch' | 'loki' | 'newrelic'): Promise<object> => {
  const readme = readFileSync(`packages/metrics/src/${name}/README.md`, 'utf8')
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? []
  return (await sourceOptions[name]()).ratio.parse((parse(yaml) as Record<string, unknown>)[name])
}
