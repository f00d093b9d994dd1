import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { table } from '@deploy-kit/core'
import { abilities } from '../../packages/platforms/src/kubernetes/routers/abilities.ts'
import type { GeneratedFile } from './generated-file.ts'
import { fillBlock } from './marked-block.ts'

const folder = 'docs/kubernetes/routers'
const page = `${folder}/README.md`

const called = (name: string): string => (existsSync(`${folder}/${name}.md`) ? `[\`${name}\`](${name}.md)` : `\`${name}\``)

/** docs/kubernetes/routers/README.md with the tables of what each router can. */
export const routersPage = async (): Promise<GeneratedFile> => {
  const all = Object.entries(abilities)
  const shares = table(
    ['`router`', 'Shares traffic by', 'Weights', 'A change is taken when'],
    all.map(([name, { sharesBy, weights, taken }]) => [called(name), sharesBy, weights, taken]),
  )
  const marks = table(
    ['`router`', 'By a header', 'By a cookie', 'Session affinity'],
    all
      .filter(([, { weights }]) => weights !== '' && weights !== '0')
      .map(([name, { header, cookie, affinity }]) => [called(name), header.words, cookie.words, affinity.words]),
  )
  const text = fillBlock(page, await readFile(page, 'utf8'), 'shares', shares)
  return { path: page, text: fillBlock(page, text, 'marks', marks) }
}
