import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Compressed bytes that a job downloads before a step of ours starts: the archive of the repository as it stands in the
 * working tree (tracked files and dist), without what .gitattributes leaves out by export-ignore.
 */
export const archiveBytes = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-kit-archive-'))
  try {
    // An index of its own, so that nothing of the user's is staged.
    const git = (...argv: readonly string[]): Buffer =>
      execFileSync('git', argv, { env: { ...process.env, GIT_INDEX_FILE: join(folder, 'index') }, maxBuffer: 64 * 1024 * 1024 })
    git('read-tree', 'HEAD')
    git('add', '--update')
    git('add', 'dist', '.gitattributes')
    const tree = git('write-tree').toString().trim()
    return git('archive', '--format=tar.gz', '--worktree-attributes', tree).length
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
