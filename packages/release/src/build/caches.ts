import { KitError } from '@deploy-kit/core'
import type { BuildInputs } from './inputs.ts'

const kinds = ['gha', 'registry', 'local', 'inline', 's3', 'azblob'] as const

/**
 * Caches in BuildKit's words from the short ones. An export that fails does not fail the build unless that is asked for: a cache
 * is no part of the image.
 * @throws KitError `build-request-invalid`
 */
export const cachesOf = (inputs: BuildInputs, name: string): { readonly from: readonly string[]; readonly to: readonly string[] } => {
  const short = (inputs['build-cache'] ?? []).map((line) => expandShort(line, name))
  return {
    from: [...short.map(({ from }) => from), ...(inputs['cache-from'] ?? []).map((line) => checked('cache-from', line))],
    to: [...short.map(({ to }) => to), ...(inputs['cache-to'] ?? []).map((line) => checked('cache-to', line))].map((line) =>
      inputs['cache-errors'] === 'fail' ? line : forgiving(line),
    ),
  }
}

const expandShort = (line: string, name: string): { readonly from: string; readonly to: string } => {
  const [kind = '', ...options] = line.replace(/^type=/, '').split(',')
  const given = new Map(options.map((option) => [option.split('=', 1)[0] ?? '', option]))
  const scope = given.get('scope') ?? `scope=${name.replaceAll(/[^\w.-]+/g, '-')}`
  const ref = given.get('ref') ?? `ref=${name}:buildcache`
  const mode = given.get('mode') ?? 'mode=max'
  const more = [...given].filter(([key]) => !['scope', 'ref', 'mode', 'dest', 'src'].includes(key)).map(([, option]) => option)
  const words = (...parts: readonly string[]): string => [`type=${kind}`, ...parts, ...more].join(',')
  switch (kind) {
    case 'gha':
      return { from: words(scope), to: words(scope, mode) }
    case 'registry':
      return { from: words(ref), to: words(ref, mode) }
    case 'local': {
      const directory = (given.get('dest') ?? given.get('src') ?? 'dest=.buildcache').replace(/^\w+=/, '')
      return { from: words(`src=${directory}`), to: words(`dest=${directory}`, mode) }
    }
    case 'inline':
      // What it exports stands in the image itself, so that is where it is read from.
      return { from: `type=registry,${given.get('ref') ?? `ref=${name}`}`, to: 'type=inline' }
    default:
      throw unknown('build-cache', line)
  }
}

const checked = (input: string, line: string): string => {
  const kind = /(?:^|,)type=([^,]*)/.exec(line)?.[1]
  // BuildKit takes a bare reference for a registry cache.
  if (kind === undefined && !line.includes('=')) return `type=registry,ref=${line}`
  if (kind === undefined || !(kinds as readonly string[]).includes(kind)) throw unknown(input, line)
  return line
}

const forgiving = (line: string): string =>
  /type=inline/.test(line) || line.includes('ignore-error=') ? line : `${line},ignore-error=true`

const unknown = (input: string, line: string): KitError =>
  new KitError(
    'build-request-invalid',
    `\`${input}\`: \`${line}\` is no cache. Allowed: ${input === 'build-cache' ? 'gha, registry, local, inline' : kinds.map((kind) => `type=${kind}`).join(', ')}, with options after a comma.`,
  )
