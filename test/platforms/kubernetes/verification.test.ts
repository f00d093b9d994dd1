import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { silentLogger, single } from '@deploy-kit/core'
import type { KubeClient } from '../../../packages/platforms/src/kubernetes/api/index.ts'
import { Authority } from '../../fakes/certificates.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { ApiServer, base64, Home, opened } from './stage.ts'

const authority = new Authority()
const ca = { 'certificate-authority-data': base64(authority.cert) }
const clock = new ManualClock()
const call = { signal: new AbortController().signal, policy: single }
const ask = (client: KubeClient) => client.get('/api/v1/namespaces/shop', call)

let home: Home
beforeEach(() => {
  home = new Home()
})
afterEach(() => home[Symbol.dispose]())

test('a server of another authority is not spoken to', async () => {
  await using server = await ApiServer.start(new Authority('somebody else'))
  await expect(ask(opened(home.kubeconfig({ server: server.url, ...ca }, { token: 'secret' }), clock))).rejects.toMatchObject({
    code: 'platform-unreachable',
  })
  expect(server.seen).toEqual([])
})

test('neither is it when the environment turns the verification off for the whole process', async () => {
  await using server = await ApiServer.start(new Authority('somebody else'))
  const kubeconfig = home.kubeconfig({ server: server.url, ...ca }, { token: 'secret' })
  const child = spawn(process.execPath, ['--conditions=source', 'test/platforms/kubernetes/ask-api-server.ts', kubeconfig], {
    env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(`${said}${errors}`).toContain('platform-unreachable')
  expect(server.seen).toEqual([])
})

test('a kubeconfig that turns it off is refused, with the way out; whoever says so himself is warned', async () => {
  await using server = await ApiServer.start(new Authority('somebody else'))
  const kubeconfig = home.kubeconfig({ server: server.url, 'insecure-skip-tls-verify': true }, { token: 'secret' })
  expect(() => opened(kubeconfig, clock)).toThrow(`turns the verification of ${server.url} off`)
  const warnings: string[] = []
  const log = { ...silentLogger, warning: (message: string) => void warnings.push(message) }
  await expect(ask(opened(kubeconfig, clock, { insecure: true, log }))).resolves.toMatchObject({ kind: 'Namespace' })
  expect(warnings).toEqual([expect.stringContaining('is not verified')])
})

test('tls-server-name is the name that must stand in the certificate', async () => {
  await using server = await ApiServer.start(authority, { dns: ['kubernetes.internal'], addresses: [] })
  await expect(ask(opened(home.kubeconfig({ server: server.url, ...ca }), clock))).rejects.toMatchObject({ code: 'platform-unreachable' })
  const named = home.kubeconfig({ server: server.url, ...ca, 'tls-server-name': 'kubernetes.internal' })
  await expect(ask(opened(named, clock))).resolves.toMatchObject({ kind: 'Namespace' })
})

test('a bundle of authorities in a file beside the kubeconfig will do', async () => {
  await using server = await ApiServer.start(authority)
  home.file('bundle.pem', `${new Authority('another').cert}${authority.cert}`)
  await expect(ask(opened(home.kubeconfig({ server: server.url, 'certificate-authority': 'bundle.pem' }), clock))).resolves.toMatchObject({
    kind: 'Namespace',
  })
})
