import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve('out/e2e')
const keptForMs = 3_600_000

/**
 * A copy of dist, away from node_modules and from whoever builds at the same time: what is tested is what an action user
 * downloads, and nothing else. One copy per content, so that images built by it can be kept beside it.
 */
export const bundleCopy = (): { readonly directory: string; readonly dist: string; readonly images: string } => {
  mkdirSync(root, { recursive: true })
  const fresh = mkdtempSync(join(root, 'copy-'))
  cpSync(resolve('dist'), join(fresh, 'dist'), { recursive: true })
  cpSync(resolve('examples/shop'), join(fresh, 'shop'), { recursive: true })
  cpSync(resolve('test/e2e/stage/versions.ts'), join(fresh, 'versions.ts'))
  const directory = join(root, hashOf(fresh))
  if (existsSync(directory)) rmSync(fresh, { recursive: true })
  else takeName(fresh, directory)
  forgetOthers(directory)
  return { directory, dist: join(directory, 'dist'), images: join(directory, 'images') }
}

const hashOf = (directory: string): string => {
  const hash = createHash('sha256')
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const file = join(directory, name)
    if (statSync(file).isFile()) hash.update(name).update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 12)
}

/** Another worker may be faster; then its copy serves as well. */
export const takeName = (from: string, to: string): void => {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
    rmSync(from, { recursive: true })
  }
}

const forgetOthers = (directory: string): void => {
  for (const name of readdirSync(root)) {
    const other = join(root, name)
    const age = Date.now() - (statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (other !== directory && age > keptForMs) rmSync(other, { recursive: true, force: true })
  }
}
