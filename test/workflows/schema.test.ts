import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
import { parseAction } from '@actions/workflow-parser/actions/action-parser'
import { ErrorPolicy } from '@actions/workflow-parser/model/convert'
import { templates } from '../../scripts/workflows/files.ts'
import { compositeActions, ownPath, workflows } from './repository.ts'

/** Hands out the workflows of this repository, by whatever name they are called. */
const repository = {
  getFileContent: (called: { readonly path: string }) => Promise.resolve({ name: called.path, content: readFileSync(called.path, 'utf8') }),
}

/** The parser knows `$/` but looks only at other repositories' files for `org/…@v1`; both are this repository's. */
const faultsOf = async (path: string, text: string): Promise<readonly string[]> => {
  const own = text.replaceAll(/uses: (\S+)/g, (line, uses: string) => (ownPath(uses) === undefined ? line : `uses: ./${ownPath(uses)}`))
  const { context, value } = parseWorkflow({ name: path, content: own }, new NoOperationTraceWriter())
  if (value !== undefined)
    await convertWorkflowTemplate(context, value, repository, { fetchReusableWorkflowDepth: 1, errorPolicy: ErrorPolicy.TryConversion })
  return context.errors.getErrors().map(String)
}

describe("GitHub's own parser", () => {
  test.each(workflows.map(({ path, text }) => [path, text]))('takes %s and what it calls', async (path, text) => {
    expect(await faultsOf(path, text)).toEqual([])
  })

  test.each(compositeActions.map(({ path, text }) => [path, text]))('takes %s', (path, text) => {
    const { context } = parseAction({ name: path, content: text }, new NoOperationTraceWriter())
    expect(context.errors.getErrors().map(String)).toEqual([])
  })

  test('would refuse a caller that gives an input the called workflow does not know', async () => {
    const text = readFileSync('workflows-templates/rollback.yml', 'utf8').replace(
      'target: ${{ inputs.target }}',
      'to: ${{ inputs.target }}',
    )
    expect(await faultsOf('workflows-templates/rollback.yml', text)).toEqual([expect.stringContaining('to is not defined')])
  })
})

/** https://docs.github.com/actions/reference/workflows-and-actions/create-workflow-templates */
test.each(templates())('%s has the properties that GitHub lists it by', (path) => {
  const properties = JSON.parse(readFileSync(path.replace(/\.yml$/, '.properties.json'), 'utf8')) as Record<string, unknown>
  expect(properties).toEqual({
    name: expect.any(String),
    description: expect.any(String),
    iconName: expect.stringMatching(/^octicon [a-z-]+$/),
    categories: ['Deployment'],
    filePatterns: expect.any(Array),
  })
  for (const pattern of properties['filePatterns'] as readonly string[]) expect(() => new RegExp(pattern)).not.toThrow()
})
