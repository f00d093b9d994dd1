import { readFileSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readInputs } from '@deploy-kit/core'
import { buildImage, deploymentActionResult, type BuildInputs, type DeployReport } from '@deploy-kit/release'
import type { Release } from '@deploy-kit/rollout'
import { buildImage as definition } from '../../actions/build-image/action.ts'
import { FakeHost } from '../fakes/action-host.ts'
import { rehearsal } from '../cli/report/rehearsal.ts'
import { faultsBy } from './validate.ts'

const digest = `sha256:${'b'.repeat(64)}`
const released: Release = { digest, image: `shop@${digest}`, version: 'v2', environment: {}, configuration: 'c' }

describe('schema/rehearsal.schema.json', () => {
  const faults = faultsBy('rehearsal')

  test('takes what a real rehearsal printed', () => {
    expect(faults(rehearsal())).toEqual([])
  })

  test.each<[string, object]>([
    ['a field that nobody defined', { extra: 1 }],
    ['a weight above 100', { releases: [{ ...rehearsal().releases[0], weights: [{ atMs: 1, weight: 101 }] }] }],
    ['a scan that may have passed', { scan: { status: 'perhaps', text: '' } }],
    ['a time that is none', { startedAt: 'today' }],
  ])('refuses %s', (_what, change) => {
    expect(faults({ ...rehearsal(), ...change })).not.toEqual([])
  })
})

describe('schema/result.schema.json', () => {
  const faults = faultsBy('result')

  test('takes the result of a deployment that was sent back', () => {
    const report: DeployReport = {
      app: 'shop',
      environment: 'production',
      kind: 'release',
      release: released,
      replaced: { ...released, digest: '', image: 'acme/shop:1' },
      plan: undefined,
      end: { phase: 'aborted', reason: { code: 'canary-failing', text: 'errors' } },
      weight: 0,
      startedAt: 0,
      endedAt: 5_000,
      changes: [],
      events: [
        { at: 1_000, event: { type: 'weight-set', weight: 5, at: 1_000 }, phase: 'baking', step: 0, weight: 5 },
        {
          at: 2_000,
          event: { type: 'verdict', verdict: { kind: 'fail', text: 'errors' }, at: 2_000 },
          phase: 'retreating',
          step: 0,
          weight: 5,
          evidence: { text: '784 : 1', numbers: { against: { odds: 784 } } },
        },
      ],
    }
    const { result } = deploymentActionResult(report, new FakeHost())
    expect(result).toMatchObject({ kind: 'deployment', outcome: 'aborted' })
    expect(faults(result)).toEqual([])
  })

  test('takes the results of a real build and of its plan', async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'deploy-kit-schema-'))
    await writeFile(join(workspace, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\nENTRYPOINT ["node"]\n')
    const host = Object.assign(new FakeHost(), { workspace, temporaryDirectory: workspace })
    const given: Readonly<Record<string, string>> = { images: 'shop', tags: 'v1', engine: 'oci', 'source-date-epoch': '0' }
    const inputs: BuildInputs = readInputs(definition.inputs, (name) => given[name] ?? '')
    const built = await buildImage(inputs, host, new AbortController().signal)
    const planned = await buildImage({ ...inputs, 'dry-run': true }, host, new AbortController().signal)
    expect([built.result, planned.result].map(faults)).toEqual([[], []])
  })

  test('takes null, which an action has that could not do its work, and no kind that does not exist', () => {
    expect(faults(null)).toEqual([])
    expect(faults({ version: 1, kind: 'guess' })).not.toEqual([])
    expect(faults({ version: 2, kind: 'reconciliation' })).not.toEqual([])
  })
})

test.each(['deploy-kit', 'smoke'])('schema/%s.schema.json is a schema that an editor can read', (name) => {
  const schema = JSON.parse(readFileSync(`schema/${name}.schema.json`, 'utf8')) as { $schema: string }
  expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(faultsBy(name)(17)).not.toEqual([])
})
