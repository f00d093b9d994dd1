import { readFile } from 'node:fs/promises'
import { readInputs, table, writeDuration } from '@deploy-kit/core'
import { sources } from '@deploy-kit/metrics'
import { resolveSettings } from '@deploy-kit/release'
import { settingsOf } from '../../packages/judge/src/settings.ts'
import { configSchema } from '../../packages/release/src/config/schema.ts'
import { leaseInputs, rolloutInputs } from '../../actions/shared/rollout-inputs.ts'
import { keysOf, type ConfigurationKey } from './configuration-keys.ts'
import type { GeneratedFile } from './generated-file.ts'
import { fillBlock } from './marked-block.ts'

const page = 'docs/configuration.md'

/** What a source of metrics takes stands in docs/metric-sources.md; here it would be said once for each place that can name one. */
const isOptionOfSource = new RegExp(`\\.(?:${Object.keys(sources).join('|')})\\.`)

/** docs/configuration.md with its two tables filled in from the schema and from what is done where a file says nothing. */
export const configurationPage = async (): Promise<GeneratedFile> => {
  const ofFile = keysOf(configSchema)
  const ofEnvironment = keysOf(configSchema.shape.environments.valueType).filter(({ path }) => !isOptionOfSource.test(path))
  const defaults = defaultsOfSettings()
  const stranger = [...defaults.keys()].find((path) => !ofEnvironment.some((key) => key.path === path))
  if (stranger !== undefined) throw new Error(`${stranger} has a default and is no key of deploy-kit.yml`)
  const blocks = { file: tableOf(ofFile, new Map()), environment: tableOf(ofEnvironment, defaults) }
  let text = await readFile(page, 'utf8')
  for (const [name, content] of Object.entries(blocks)) text = fillBlock(page, text, name, content)
  return { path: page, text }
}

/** @throws Error for a key without a description */
const tableOf = (keys: readonly ConfigurationKey[], defaults: ReadonlyMap<string, string>): string => {
  // A mapping that says nothing of its own only groups its keys.
  const shown = keys.filter(({ allowed, about }) => about !== '' || allowed !== 'a mapping')
  const silent = shown.find(({ about }) => about === '')
  if (silent !== undefined) throw new Error(`${silent.path} of deploy-kit.yml has no description`)
  return table(
    ['Key', 'Allowed', 'Default', 'Meaning'],
    shown.map(({ path, allowed, required, fallback, about }) => {
      const value = fallback ?? defaults.get(path)
      return [`\`${path}\``, allowed, value === undefined ? (required ? '**required**' : '') : `\`${value}\``, about]
    }),
  )
}

/** What holds where neither an input nor the file says anything, asked of the very functions that decide it. */
const defaultsOfSettings = (): ReadonlyMap<string, string> => {
  const target = { app: 'app', environment: 'environment', platform: { name: 'local', options: {} as never } } as const
  const settings = resolveSettings(noInputs, { target, configured: undefined, directory: '.' }, '.')
  const bake = settings.steps[0]?.bake
  const { falseRollbacks, metrics } = settingsOf({})
  const [errors] = metrics
  if (bake === undefined || errors === undefined) throw new Error('there is no default bake, or no default metric')
  const both = (strategy: string): readonly (readonly [string, string])[] => [
    [`strategy.${strategy}.bake.min`, writeDuration(bake.minMs)],
    [`strategy.${strategy}.bake.max`, writeDuration(bake.maxMs)],
  ]
  return new Map([
    ['strategy', settings.strategy],
    ['strategy.canary.steps', `[${settings.steps.map(({ weight }) => weight).join(', ')}]`],
    ...both('canary'),
    ['strategy.blue-green.approve-preview', String(settings.approvePreview)],
    ...both('blue-green'),
    ['judge.false-rollbacks', percent(falseRollbacks)],
    ['judge.false-promotions', percent(errors.beta)],
    ['judge.harm', percent(errors.harm)],
    ['judge.tolerance.ratio', String(errors.tolerance.ratio)],
    ['judge.tolerance.absolute', percent(errors.tolerance.absolute)],
    ['watch', writeDuration(settings.watchMs)],
    ['on-insufficient', settings.onInsufficient],
    ['on-cancel', settings.onCancel],
    ['deadline', writeDuration(settings.deadlineMs)],
    ['poll', writeDuration(settings.pollMs)],
  ])
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(6))}%`

/** As the actions read them when nothing is given. */
const noInputs = readInputs({ ...rolloutInputs, ...leaseInputs }, () => '')
