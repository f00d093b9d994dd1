import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readInputs } from '@deploy-kit/core'
import { resolveSettings, resolveTarget, type RolloutInputs, type TargetInputs } from '@deploy-kit/release'
import { leaseInputs, rolloutInputs } from '../../actions/shared/rollout-inputs.ts'

const workspaceWith = (config?: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'deploy-kit-config-'))
  if (config !== undefined) writeFileSync(join(directory, 'deploy-kit.yml'), config)
  return directory
}

const nothing: TargetInputs = { config: 'deploy-kit.yml', app: undefined, environment: undefined, platform: undefined, edge: undefined }

/** As the actions read them when nothing is given. */
const silent: RolloutInputs = readInputs({ ...rolloutInputs, ...leaseInputs }, () => '')

const settingsFrom = async (config: string, inputs: Partial<RolloutInputs> = {}, target: Partial<TargetInputs> = {}) => {
  const workspace = workspaceWith(config)
  return resolveSettings({ ...silent, ...inputs }, await resolveTarget({ ...nothing, ...target }, workspace), workspace)
}

const one = (body: string): string => `app: shop\nenvironments:\n  production:\n    platform: { local: {} }\n${body}`

describe('which target is meant', () => {
  test('the only environment need not be named', async () => {
    expect(await resolveTarget(nothing, workspaceWith(one('')))).toMatchObject({
      target: { app: 'shop', environment: 'production', platform: { name: 'local' } },
    })
  })

  test('one of several must be', async () => {
    const two = 'app: shop\nenvironments:\n  staging: { platform: { local: {} } }\n  production: { platform: { local: {} } }\n'
    await expect(resolveTarget(nothing, workspaceWith(two))).rejects.toMatchObject({
      code: 'input-missing',
      message: expect.stringContaining('staging, production'),
    })
  })

  test('an unknown one is named with those that exist', async () => {
    await expect(resolveTarget({ ...nothing, environment: 'prod' }, workspaceWith(one('')))).rejects.toMatchObject({
      code: 'environment-unknown',
      message: expect.stringMatching(/no `prod`\. Allowed: production/),
    })
  })

  test('without a file the inputs must say it', async () => {
    await expect(resolveTarget(nothing, workspaceWith())).rejects.toMatchObject({ code: 'config-missing' })
    const said = await resolveTarget({ ...nothing, app: 'shop', platform: 'local', edge: 'http://127.0.0.1:7171' }, workspaceWith())
    expect(said.target).toMatchObject({
      app: 'shop',
      environment: 'default',
      platform: { options: { admin: 'http://127.0.0.1:7171', replicas: 1 } },
    })
  })

  test('an edge that is no address is refused by its name', async () => {
    await expect(resolveTarget({ ...nothing, app: 'shop', platform: 'local', edge: 'localhost' }, workspaceWith())).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('`edge`: `localhost`'),
    })
  })

  test('the input wins over the file', async () => {
    const target = await resolveTarget({ ...nothing, app: 'other', edge: 'http://127.0.0.1:1' }, workspaceWith(one('')))
    expect(target.target).toMatchObject({ app: 'other', platform: { options: { admin: 'http://127.0.0.1:1' } } })
  })
})

describe('how a release is carried out', () => {
  test('by the defaults, where nobody says otherwise', async () => {
    expect(await settingsFrom(one(''))).toMatchObject({
      strategy: 'canary',
      steps: [5, 25, 50, 100].map((weight) => ({ weight, bake: { minMs: 30_000, maxMs: 600_000 }, gates: [], approval: false })),
      watchMs: 900_000,
      onInsufficient: 'hold',
      onCancel: 'abort',
      deadlineMs: 3_600_000,
      pollMs: 5_000,
    })
  })

  test('by the file: steps with bakes, gates and approvals of their own', async () => {
    const settings = await settingsFrom(
      one(
        '    strategy: { canary: { steps: [5, { weight: 50, bake: { max: 1h }, gates: [smoke], approval: true }], bake: { min: 1m, max: 5m } } }\n    judge: { false-rollbacks: 0.5%, harm: 0.2% }\n',
      ),
    )
    expect(settings.steps).toEqual([
      { weight: 5, bake: { minMs: 60_000, maxMs: 300_000 }, gates: [], approval: false },
      { weight: 50, bake: { minMs: 60_000, maxMs: 3_600_000 }, gates: ['smoke'], approval: true },
    ])
    expect(settings.judge).toMatchObject({ falseRollbacks: 0.005, harm: 0.002 })
  })

  test('by the inputs, over the file', async () => {
    const settings = await settingsFrom(one('    strategy: rolling\n    watch: 1h\n    on-cancel: freeze\n'), {
      strategy: 'canary',
      steps: [10, 100],
      watch: 0,
      'on-cancel': 'abort',
    })
    expect(settings).toMatchObject({ strategy: 'canary', steps: [{ weight: 10 }, { weight: 100 }], watchMs: 0, onCancel: 'abort' })
  })

  test('a step without traffic has no bake: there is nothing to be judged by', async () => {
    const settings = await settingsFrom(one('    strategy: { canary: { steps: [{ weight: 0, gates: [smoke] }, 100] } }\n'))
    expect(settings.steps[0]).toEqual({ weight: 0, bake: undefined, gates: ['smoke'], approval: false })
  })

  test('the smoke suite stands relative to the file, the input relative to the workspace', async () => {
    expect((await settingsFrom(one('    smoke: smoke/shop.yml\n'))).smoke).toMatch(/deploy-kit-config-\w+\/smoke\/shop\.yml$/)
    expect((await settingsFrom(one('    smoke: smoke/shop.yml\n'), { smoke: 'other.yml' })).smoke).toMatch(
      /deploy-kit-config-\w+\/other\.yml$/,
    )
  })
})

describe('a fault in the file is shown with its place and what is allowed', () => {
  test.each([
    ['an unknown key', one('    strategie: rolling\n'), /:5:5$/, /unknown key `strategie`; allowed: after, platform/],
    ['a wrong unit', one('    watch: 5 minutes\n'), /:5:12$/, /`5 minutes` is not a duration/],
    ['a share without a sign', one('    judge: { harm: 0.1 }\n'), /:5:20$/, /a percentage such as 1%/],
    ['a weight that is none', one('    strategy: { canary: { steps: [5, 120] } }\n'), /:5:38$/, /a weight from 0 to 100/],
    [
      'an option that the platform does not have',
      'app: shop\nenvironments:\n  production: { platform: { local: { port: 1 } } }\n',
      /:3:38$/,
      /unknown key `port`|Unrecognized key/,
    ],
    [
      'a scan signed by a key and by somebody',
      one('    scan: { max-age: 24h, signed-by: { key: k.pub, identity: me } }\n'),
      /:5:38$/,
      /expected either `key` or `identity`/,
    ],
    ['a scan signed by nobody', one('    scan: { max-age: 24h, signed-by: {} }\n'), /:5:38$/, /expected either `key` or `identity`/],
    [
      'an option of cosign that is none',
      one('    scan: { max-age: 24h, signed-by: { key: k.pub, options: [image:latest] } }\n'),
      /:5:62$/,
      /expected an option such as --name=value, got "image:latest"/,
    ],
    ['no YAML', 'app: [', /:1:7$/, /not YAML/],
  ])('%s', async (_what, config, where, message) => {
    await expect(resolveTarget(nothing, workspaceWith(config))).rejects.toMatchObject({
      code: 'config-invalid',
      where: expect.stringMatching(where),
      message: expect.stringMatching(message),
    })
  })
})
