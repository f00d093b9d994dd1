import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger } from '@deploy-kit/core'
import { loadKubeConfig } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { Home } from './stage.ts'

const load = (options: { readonly kubeconfig?: string; readonly context?: string } = {}) =>
  loadKubeConfig({ ...options, insecure: false }, silentLogger)

let home: Home
const { KUBECONFIG: before, HOME: homeBefore } = process.env
beforeEach(() => {
  home = new Home()
  delete process.env['KUBECONFIG']
})
afterEach(() => {
  home[Symbol.dispose]()
  if (before === undefined) delete process.env['KUBECONFIG']
  else process.env['KUBECONFIG'] = before
  process.env['HOME'] = homeBefore
})
const named = (name: string, server: string) => home.kubeconfig({ server }, {}, name)

test('of several files the first current context and the first entry of a name win, and one that is missing is passed over', () => {
  const one = named('staging', 'https://staging.test')
  const two = named('production', 'https://production.test')
  const again = home.file('again', JSON.stringify({ clusters: [{ name: 'production', cluster: { server: 'https://elsewhere.test' } }] }))
  process.env['KUBECONFIG'] = [join(home.path, 'missing'), one, two, again].join(delimiter)
  expect(load().getCurrentCluster()?.server).toBe('https://staging.test')
  expect(load({ context: 'production' }).getCurrentCluster()?.server).toBe('https://production.test')
})

test('a file that is named goes before KUBECONFIG', () => {
  process.env['KUBECONFIG'] = named('staging', 'https://staging.test')
  expect(load({ kubeconfig: named('production', 'https://production.test') }).getCurrentCluster()?.server).toBe('https://production.test')
})

test.each<[string, () => unknown, string]>([
  [
    'a context that is not there',
    () => load({ kubeconfig: named('shop', 'https://shop.test'), context: 'shpo' }),
    'no context `shpo`. Allowed: shop.',
  ],
  ['a file that is not there', () => load({ kubeconfig: '/no/such/file' }), 'there is no file /no/such/file'],
  ['a file that is no YAML', () => load({ kubeconfig: home.file('bad', '{') }), 'cannot be read'],
  ['an empty file', () => load({ kubeconfig: home.file('empty', '') }), 'is empty'],
  ['a server that is no address', () => load({ kubeconfig: named('shop', 'shop') }), 'names the server `shop`, which is no address'],
  [
    'no current context',
    () => load({ kubeconfig: home.file('none', JSON.stringify({ clusters: [] })) }),
    'names no cluster for its current context',
  ],
])('%s is told', (_, work, said) => {
  expect(work).toThrow(said)
})

test('without any kubeconfig nothing is guessed: no localhost:8080', () => {
  process.env['KUBECONFIG'] = join(home.path, 'missing')
  expect(() => load()).toThrow('there is no such file')
})
