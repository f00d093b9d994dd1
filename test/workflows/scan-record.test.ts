import { expect, test } from '@jest/globals'
import { evaluate } from './expressions.ts'
import { job, step, workflow } from './repository.ts'

test('the record of the scan goes from the scan to the release, through the artifact of one run', () => {
  const release = workflow('.github/workflows/release.yml')
  const kept = job(release, 'scan').steps?.find(({ name }) => name === 'Keep the report')
  expect(kept?.with).toMatchObject({ name: '${{ inputs.artifact }}-scan', path: expect.stringContaining('steps.scan.outputs.predicate') })
  const handed = String(job(release, 'deploy').with?.['scan-artifact'])
  const passed = (result: string): unknown => evaluate(handed, { needs: { scan: { result } }, inputs: { artifact: 'image' } })
  expect([passed('success'), passed('skipped')]).toEqual(['image-scan', ''])
})

test('a release without a record of a scan hands on none', () => {
  const steps = job(workflow('.github/workflows/deploy.yml'), 'deploy').steps
  const record = String(step(steps, 'deploy').with?.['scan-record'])
  const usual = String(workflow('.github/workflows/deploy.yml').on['workflow_call']?.inputs?.['scan-record']?.default)
  const given = (artifact: string): unknown =>
    evaluate(record, { inputs: { 'scan-artifact': artifact, 'scan-record': usual }, runner: { temp: '/temp' } })
  expect([given('image-scan'), given('')]).toEqual(['/temp/scan/trivy-report.predicate.json', ''])
  expect(steps?.find(({ name }) => name === 'Fetch the record of the scan')?.if).toBe("${{ inputs.scan-artifact != '' }}")
})

test('a publication hands on the attestation of the scan, or without one the bare record, and nothing when the scan did not pass', () => {
  const publish = workflow('.github/workflows/publish.yml')
  const outputs = publish.on['workflow_call']?.outputs ?? {}
  const handedOn = (verdict: string, bundle: string) => {
    const steps = { scan: { outputs: { verdict } }, scanned: { outputs: { 'bundle-path': bundle } } }
    const outputsOf = (id: string) =>
      Object.fromEntries(
        ['scan-artifact', 'scan-record'].map((name) => [
          name,
          evaluate(String(job(publish, id).outputs?.[name]), { steps, inputs: { artifact: 'image' } }),
        ]),
      )
    const jobs = { scan: { outputs: outputsOf('scan') }, attest: { outputs: outputsOf('attest') } }
    return ['scan-artifact', 'scan-record'].map((name) => evaluate(String(outputs[name]?.value), { jobs }))
  }
  expect(handedOn('pass', '/temp/x/attestation.json')).toEqual(['image-scan-attested', 'attestation.json'])
  expect(handedOn('pass', '')).toEqual(['image-scan', 'trivy-report.predicate.json'])
  expect(handedOn('fail', '')).toEqual(['', ''])
})
