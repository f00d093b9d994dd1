import { expect, test } from '@jest/globals'
import { evaluate } from './expressions.ts'
import { action, step } from './repository.ts'

const chain = action('build-and-scan')
const parts = { build: action('build-image'), scan: action('scan-trivy') }

/** What the chain decides itself: the image that the scan takes is the one that was built, and there is no dry run of half of it. */
const ownBusiness = { build: ['dry-run', 'digest', 'digests', 'content-hash', 'push'], scan: ['image', 'digest', 'input-kind'] }

test.each(['build', 'scan'] as const)('build-and-scan passes every input of %s through, with the same default', (part) => {
  const passed = Object.entries(parts[part].inputs).filter(([name]) => !ownBusiness[part].includes(name))
  const given = step(chain.runs.steps, part).with ?? {}
  for (const [name, input] of passed) {
    expect(given[name]).toBe(`\${{ inputs.${name} }}`)
    expect([name, chain.inputs[name]?.default]).toEqual([name, input.default])
  }
})

test('build-and-scan declares nothing that neither of the two reads', () => {
  const known = [...Object.keys(parts.build.inputs), ...Object.keys(parts.scan.inputs)]
  expect(known).toEqual(expect.arrayContaining(Object.keys(chain.inputs)))
})

test('build-and-scan hands on every output of both', () => {
  expect(Object.keys(chain.outputs).toSorted()).toEqual(
    [...new Set([...Object.keys(parts.build.outputs), ...Object.keys(parts.scan.outputs)])].toSorted(),
  )
})

test('the outcome is that of the last step that ran', () => {
  for (const name of ['outcome', 'reason-code', 'reason', 'result'])
    expect(chain.outputs[name]?.value).toBe(
      `\${{ steps.publish.outputs.${name} || steps.scan.outputs.${name} || steps.build.outputs.${name} }}`,
    )
})

test.each([
  ['true', 'digest', true],
  ['digest', 'digest', false],
  ['false', 'false', false],
])('with `push: %s` the build pushes %s, and the tags move after the scan: %s', (push, built, tagged) => {
  const [build, scan, publish, ...more] = (chain.runs.steps ?? []).map(({ id = '' }) => step(chain.runs.steps, id))
  expect([build?.id, scan?.id, publish?.id, more]).toEqual(['build', 'scan', 'publish', []])
  expect(evaluate(String(build?.with?.['push']), { inputs: { push } })).toBe(built)
  // A step without a status function runs only when those before it have succeeded.
  expect(publish?.if).not.toMatch(/always|failure|cancelled/)
  expect(evaluate(publish?.if ?? '', { inputs: { push } })).toBe(tagged)
  expect(publish?.with).toMatchObject({ digest: '${{ steps.build.outputs.digest }}', tags: '${{ inputs.tags }}' })
})
