// Writes what follows from the sources: action.yml files, tables of the READMEs, pages of the reason codes, schemas.
// With --check it writes nothing and names the files that differ from what they would be.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { everything } from './generate/everything.ts'

const { files, stale } = await everything()
const onDisk = await Promise.all(files.map((file) => readFile(file.path, 'utf8').catch(() => undefined)))
const differing = files.filter((file, index) => file.text !== onDisk[index])

if (process.argv.includes('--check')) {
  for (const file of differing) console.error(`${file.path} differs from its source`)
  for (const path of stale) console.error(`${path} has no source any more`)
  if (differing.length + stale.length > 0) {
    console.error('Run `npm run generate` and commit what it writes.')
    process.exitCode = 1
  } else console.log(`${files.length} generated files are as their sources say`)
} else {
  for (const file of differing) {
    await mkdir(dirname(file.path), { recursive: true })
    await writeFile(file.path, file.text)
    console.log(`wrote ${file.path}`)
  }
  for (const path of stale) await rm(path)
}
