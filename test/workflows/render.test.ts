import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { composites, reusableWorkflows, templates } from '../../scripts/workflows/files.ts'
import { render } from '../../scripts/workflows/render.ts'
import { action, workflow } from './repository.ts'

const home = { repository: 'acme/deploy-kit', ref: 'v1.2.3' }
const textOf = (path: string) => (composites.includes(path) ? action(path.replace('/action.yml', '')) : workflow(path)).text

describe('rendered for GitHub Enterprise Server, old runners and act', () => {
  test('actions and workflows are named with repository and version', () => {
    const text = 'jobs:\n  a:\n    steps:\n      - uses: $/smoke-test\n  b:\n    uses: $/.github/workflows/deploy.yml # the same commit\n'
    expect(render(text, home)).toBe(
      'jobs:\n  a:\n    steps:\n      - uses: acme/deploy-kit/smoke-test@v1.2.3\n  b:\n    uses: acme/deploy-kit/.github/workflows/deploy.yml@v1.2.3 # the same commit\n',
    )
  })

  test('templates are pointed at the same place; actions of other people stay', () => {
    const text =
      'jobs:\n  a:\n    uses: org/deploy-kit/.github/workflows/release.yml@v1\n  b:\n    steps:\n      - uses: actions/checkout@v7\n'
    expect(render(text, home)).toBe(
      'jobs:\n  a:\n    uses: acme/deploy-kit/.github/workflows/release.yml@v1.2.3\n  b:\n    steps:\n      - uses: actions/checkout@v7\n',
    )
  })

  test('`queue` and `deployment` go with their line, and only where they have that meaning', () => {
    const text =
      'on:\n  workflow_call:\n    inputs:\n      queue:\n        type: string\nconcurrency:\n  group: x\n  queue: max # in order\njobs:\n  a:\n    environment:\n      name: y\n      deployment: false\n    with:\n      deployment: z\n'
    expect(render(text, home)).toBe(
      'on:\n  workflow_call:\n    inputs:\n      queue:\n        type: string\nconcurrency:\n  group: x\njobs:\n  a:\n    environment:\n      name: y\n    with:\n      deployment: z\n',
    )
  })

  test('what cannot be taken out without a guess is refused', () => {
    expect(() => render('concurrency: { group: x, queue: max }\n', home)).toThrow('queue shares its line')
  })

  test.each([...reusableWorkflows(), ...composites, ...templates()])(
    '%s: nothing new is left, and rendering twice changes nothing more',
    (path) => {
      const once = render(textOf(path), home)
      const before = JSON.stringify(parse(textOf(path)))
      const after = JSON.stringify(parse(once))
      expect(after).not.toMatch(/"\$\/|"queue":|"deployment":|org\/deploy-kit/)
      expect(after).toBe(
        before
          .replaceAll('"$/', '"acme/deploy-kit/')
          .replaceAll('"org/deploy-kit/', '"acme/deploy-kit/')
          .replaceAll(/("acme\/deploy-kit\/[^"@]+)(?:@v1)?"/g, '$1@v1.2.3"')
          .replaceAll(',"queue":"max"', '')
          .replaceAll(',"deployment":false', ''),
      )
      expect(render(once, home)).toBe(once)
    },
  )
})
