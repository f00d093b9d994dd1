// Writes dist: one shared bundle in chunks, an entry per action, the licences of what is inside. Run `tsc -b` first.
import { gzipSync } from 'node:zlib'
import { dist, writeDist } from './build/dist.ts'

const files = await dist()
await writeDist(files, 'dist')
const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
const compressed = [...files.values()].reduce((sum, text) => sum + gzipSync(text).length, 0)
console.log(`dist: ${files.size} files, ${bytes} bytes, ${compressed} compressed one by one`)
