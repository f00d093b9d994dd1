import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { definitions } from '../../actions/catalogue.ts'
import { folderOf } from '../../scripts/generate/action-metadata.ts'

const git = (...argv: readonly string[]): readonly string[] => execFileSync('git', argv, { encoding: 'utf8' }).trim().split('\n')

test('the archive that every job downloads holds what an action needs, and nothing else', () => {
  const tracked = [...new Set(git('ls-files').map((path) => path.replace(/\/.*/, '')))]
  const left = git('check-attr', 'export-ignore', '--', ...tracked)
    .filter((line) => line.endsWith(': unspecified'))
    .map((line) => line.replace(/: export-ignore: unspecified$/, ''))
  const actions = definitions.map(folderOf).flatMap((folder) => (folder === '' ? [] : [folder.slice(0, -1)]))
  const wanted = new Set(['LICENSE', 'README.md', 'action.yml', 'dist', 'build-and-scan', ...actions])
  expect(left.filter((name) => !wanted.has(name))).toEqual([])
  expect(left).toEqual(expect.arrayContaining(['LICENSE', 'action.yml', ...actions]))
})
