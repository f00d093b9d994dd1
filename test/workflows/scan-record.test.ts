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
  const given = (artifact: string): unknown => evaluate(record, { inputs: { 'scan-artifact': artifact }, runner: { temp: '/temp' } })
  expect([given('image-scan'), given('')]).toEqual(['/temp/scan/trivy-report.predicate.json', ''])
  expect(steps?.find(({ name }) => name === 'Fetch the record of the scan')?.if).toBe("${{ inputs.scan-artifact != '' }}")
})
