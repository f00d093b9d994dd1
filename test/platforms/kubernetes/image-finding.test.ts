import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Release } from '@deploy-kit/rollout'
import { imageFinding } from '../../../packages/platforms/src/kubernetes/manifests/image-finding.ts'
import { digestOf, fakeRegistry, user, type FakeRegistry, type Guard } from '../../fakes/registry.ts'

const signal = new AbortController().signal
const manifest = Buffer.from('{"schemaVersion":2}')
const digest = digestOf(manifest)

describe('an image that is to run', () => {
  let docker: string
  let registry: FakeRegistry
  beforeEach(() => {
    docker = mkdtempSync(join(tmpdir(), 'dk-docker-'))
  })
  afterEach(async () => {
    await registry.close()
    rmSync(docker, { recursive: true })
  })

  const guarded = async (guard: Guard, isThere: boolean): Promise<Release> => {
    registry = await fakeRegistry({ guard })
    const stored = { type: 'application/vnd.oci.image.manifest.v1+json', content: manifest }
    registry.manifests.set('acme/shop', new Map(isThere ? [[digest, stored]] : []))
    return { digest, image: `${registry.host}/acme/shop@${digest}`, environment: {}, configuration: 'c' }
  }
  const loggedIn = (): void => {
    const auth = Buffer.from(`${user.username}:${user.password}`).toString('base64')
    writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
  }

  test('is no matter while the registry has it', async () => {
    expect(await imageFinding(await guarded('open', true), signal, docker)).toEqual([])
  })

  test('keeps a release from beginning when the registry says to one who may ask that it is gone', async () => {
    const release = await guarded('basic', false)
    loggedIn()
    expect(await imageFinding(release, signal, docker)).toMatchObject([
      { severity: 'error', code: 'image-missing', message: expect.stringContaining(digest) },
    ])
  })

  test('may be there for the nodes when nobody asked with a password', async () => {
    expect(await imageFinding(await guarded('open', false), signal, docker)).toMatchObject([{ severity: 'warning', code: 'image-missing' }])
  })

  test('is no matter when the registry does not let this runner ask, or does not answer', async () => {
    expect(await imageFinding(await guarded('basic', false), signal, docker)).toEqual([])
    const unreachable = { digest, image: `127.0.0.1:9/acme/shop@${digest}`, environment: {}, configuration: 'c' }
    expect(await imageFinding(unreachable, signal, docker)).toEqual([])
  })
})
