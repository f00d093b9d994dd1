import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

/** What is read of a webpack module; a concatenated one has the modules it was made of. */
interface WebpackModule {
  readonly resource?: string
  readonly modules?: readonly WebpackModule[]
}

interface NccResult {
  readonly code: string
  readonly assets: Readonly<Record<string, { readonly source: string | Buffer }>>
  readonly stats: {
    readonly compilation: {
      readonly modules: Iterable<WebpackModule>
      readonly moduleGraph: { getIncomingConnections(module: WebpackModule): Iterable<{ readonly originModule: WebpackModule | null }> }
    }
  }
}

const ncc = createRequire(import.meta.url)('@vercel/ncc') as (
  entry: string,
  options: Readonly<Record<string, unknown>>,
) => Promise<NccResult>

export interface Bundle {
  /** Text of each emitted file by its name. */
  readonly files: ReadonlyMap<string, string>
  /** Absolute paths of the source files that went in. */
  readonly sources: readonly string[]
}

/** Packages that other packages ask for and work without, with the reason why they stay out. */
const leftOut: Readonly<Record<string, string>> = {}

/**
 * One build for all actions and the command line; what is imported on demand becomes a chunk of its own.
 * @throws Error naming the modules that cannot be found: ncc itself ends well and leaves a bundle that dies at run time
 */
export const bundle = async (entry: string): Promise<Bundle> => {
  // The bundler resolves the `paths` of the tsconfig that this names (tsconfig-paths), provided that another one with
  // compilerOptions stands above the entry; refuseUndici notices when it did not.
  process.env['TS_NODE_PROJECT'] = join(import.meta.dirname, 'paths.json')
  const { code, assets, stats } = await ncc(resolve(entry), {
    cache: false,
    quiet: true,
    esm: true,
    filename: 'index.js',
    // The ES modules of a package are smaller than its CommonJS, because what is not used can be left out.
    mainFields: ['module', 'main'],
  })
  const files = new Map([['index.js', code], ...Object.entries(assets).map(([name, { source }]) => [name, String(source)] as const)])
  const modules = [...stats.compilation.modules].flatMap((module) => [module].concat(module.modules ?? []))
  const sources = modules.flatMap(({ resource }) => resource ?? []).toSorted()
  refuseMissing(sources, files)
  refuseUndici(modules, stats.compilation.moduleGraph)
  return { files, sources: [...new Set(sources)] }
}

/** ncc resolves what it cannot find to a file of its own, with the request as its query. */
const refuseMissing = (sources: readonly string[], files: ReadonlyMap<string, string>): void => {
  const missing = sources
    .filter((source) => source.includes('@@notfound.js?'))
    .map((source) => source.slice(source.indexOf('?') + 1))
    .filter((request) => !(request in leftOut))
  if (missing.length > 0)
    throw new Error(`The bundle lacks ${[...new Set(missing)].join(', ')}. Add the dependency, or say in leftOut why it may be missing.`)
  for (const [name, text] of files) {
    const trace = /eval\("require"\)|webpackMissingModule|webpackEmptyContext/.exec(text)
    if (trace !== null) throw new Error(`${name} holds ${trace[0]}: a module is required under a name that is only known at run time`)
  }
}

/** Those that import undici for what is never called here. */
const permitted = [join('@actions', 'http-client'), join('bundle', 'kubernetes-client')]

/** undici.js stands in for undici, for these packages only; the real one would be two thirds of the bundle. */
const refuseUndici = (modules: readonly WebpackModule[], graph: NccResult['stats']['compilation']['moduleGraph']): void => {
  if (modules.some(({ resource }) => resource?.includes(join('node_modules', 'undici')) === true))
    throw new Error('undici itself is in the bundle: the bundler did not read scripts/build/paths.json')
  for (const module of modules.filter(({ resource }) => resource === join(import.meta.dirname, 'undici.js'))) {
    const origins = [...graph.getIncomingConnections(module)].flatMap(({ originModule }) => originModule?.resource ?? [])
    const stranger = origins.find((origin) => !permitted.some((folder) => origin.includes(folder)))
    if (stranger !== undefined)
      throw new Error(
        `${stranger} imports undici, which the bundle leaves out for ${permitted.join(' and ')} alone (scripts/build/undici.js)`,
      )
  }
}
