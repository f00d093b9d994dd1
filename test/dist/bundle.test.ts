import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { writeDist } from '../../scripts/build/dist.ts'
import { licences } from '../../scripts/build/licences.ts'
import { minified } from '../../scripts/build/minify.ts'

mkdirSync('out', { recursive: true })
const folder = mkdtempSync(resolve('out', 'bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (path: string, text: string): string => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
  return join(folder, path)
}

/** Programs to bundle, by name. */
const programs = {
  chunks: `export const run = async () => { const { parse } = await import('yaml'); return function namedForTraces() { return parse('a: 1') } }`,
  again: `export const run = async () => { const { parse } = await import('yaml'); return function namedForTraces() { return parse('a: 1') } }`,
  missing: `import 'no-such-package'`,
  'missing on demand': `export const run = () => import('no-such-package')`,
  'by name': `import load from './load.cjs'; export const run = () => load('fs')`,
  core: `import { setOutput } from '@actions/core'; export const run = () => setOutput('a', 'b')`,
  undici: `export { ProxyAgent } from 'undici'`,
}
type Built = { readonly files: readonly (readonly [string, string])[]; readonly sources: readonly string[] } | { readonly error: string }
let built: Readonly<Record<string, Built>>

// In one process of its own, as the build is: the bundler reads the environment of the real process, which is not jest's.
beforeAll(() => {
  write('package.json', '{"type":"module"}')
  write('tsconfig.json', '{"compilerOptions":{}}')
  write('by name/load.cjs', `module.exports = (name) => require(name)`)
  for (const [name, source] of Object.entries(programs)) write(`${name}/entry.js`, source)
  const builder = `
    import { bundle } from ${JSON.stringify(pathToFileURL(resolve('scripts/build/bundle.ts')).href)}
    const results = {}
    for (const name of ${JSON.stringify(Object.keys(programs))}) {
      results[name] = await bundle(${JSON.stringify(folder)} + '/' + name + '/entry.js')
        .then(({ files, sources }) => ({ files: [...files], sources }))
        .catch((error) => ({ error: error.message }))
    }
    console.log(JSON.stringify(results))
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', builder], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  built = JSON.parse(output) as typeof built
}, 60_000)

const refusal = (name: keyof typeof programs): string => {
  const result = built[name]
  return result !== undefined && 'error' in result ? result.error : 'was not refused'
}
const bundled = (name: keyof typeof programs) => {
  const result = built[name]
  if (result === undefined || 'error' in result) throw new Error(result?.error ?? 'was not built')
  return result
}

describe('a bundle', () => {
  test('loads what is imported on demand from a chunk, minified, with the names of functions kept for stack traces', async () => {
    const { files, sources } = bundled('chunks')
    const small = new Map<string, string>()
    for (const [name, text] of files) small.set(name, name.endsWith('.js') ? await minified(text) : text)
    await writeDist(small, join(folder, 'dist'))
    expect([...small.keys()].filter((name) => /^\d+\.index\.js$/.test(name))).toHaveLength(1)
    expect(small.get('index.js')?.length).toBeLessThan(5_000)
    const { run } = (await import(pathToFileURL(join(folder, 'dist/index.js')).href)) as { run: () => Promise<() => unknown> }
    const read = await run()
    expect([read.name, read()]).toEqual(['namedForTraces', { a: 1 }])
    expect(licences(sources)).toMatch(/^yaml@\d+\.\d+\.\d+ \(ISC\)\n\nCopyright Eemeli Aro/)
  })

  test('names its chunks by what is in them, so that the same sources give the same files', () => {
    const [first, again] = [bundled('chunks'), bundled('again')].map(({ files }) => files.map(([name]) => name))
    expect(again).toEqual(first)
  })

  test.each(['missing', 'missing on demand'] as const)('with a module that is %s is refused, and the module is named', (program) => {
    expect(refusal(program)).toContain('The bundle lacks no-such-package.')
  })

  test('that requires a module by a name that only the run knows is refused', () => {
    expect(refusal('by name')).toContain('required under a name that is only known at run time')
  })

  test('has no undici: @actions/core comes without it, and whoever else asks for it is refused', () => {
    expect(bundled('core').sources.filter((source) => source.includes('node_modules/undici'))).toEqual([])
    expect(refusal('undici')).toContain('undici/entry.js imports undici, which the bundle leaves out')
  })
})

test('a package without a licence file is listed with what its manifest says', () => {
  const home = 'node_modules/lonely'
  write(`${home}/package.json`, JSON.stringify({ name: 'lonely', version: '1.2.3', license: 'MIT', author: { name: 'Somebody' } }))
  const esm = write(`${home}/esm/package.json`, '{"type":"module"}')
  expect(licences([join(dirname(esm), 'index.js'), '/elsewhere/ours.js'])).toBe(
    'lonely@1.2.3 (MIT)\n\nThe package ships no licence file; its manifest says MIT, author Somebody.\n',
  )
})
