import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createRegistry, mergeImages } from '@deploy-kit/image/registry'
import { fakeRegistry, type FakeRegistry } from '../../fakes/registry.ts'
import { imageIn, indexIn } from './images.ts'

let registry: FakeRegistry
beforeEach(async () => {
  registry = await fakeRegistry()
})
afterEach(() => registry.close())

const image = (architecture: string, variant?: string): string =>
  imageIn(registry, 'shop', [architecture], undefined, { os: 'linux', architecture, ...(variant !== undefined && { variant }) })
const merge = (...digests: readonly string[]) => mergeImages(createRegistry(), `${registry.host}/shop`, digests)

interface Listed {
  readonly digest: string
  readonly platform: object
}
const listed = (content: Buffer): readonly Listed[] => (JSON.parse(content.toString()) as { manifests: readonly Listed[] }).manifests

describe('images of single platforms, each built by a runner of its own', () => {
  test('become one index, which is stored under its digest alone', async () => {
    const [amd, arm] = [image('amd64'), image('arm', 'v7')]
    const { digest, mediaType, content } = await merge(amd, arm)
    expect(mediaType).toBe('application/vnd.oci.image.index.v1+json')
    expect(listed(content)).toEqual([
      expect.objectContaining({ digest: amd, platform: { os: 'linux', architecture: 'amd64' } }),
      expect.objectContaining({ digest: arm, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }),
    ])
    expect(registry.manifests.get('shop')?.get(digest)?.content).toEqual(content)
    expect([...(registry.manifests.get('shop')?.keys() ?? [])].filter((reference) => !reference.startsWith('sha256:'))).toEqual([])
  })

  test('become the same index in whatever order they come, and however often one is named', async () => {
    const [amd, arm] = [image('amd64'), image('arm64')]
    expect((await merge(arm, amd, arm)).digest).toBe((await merge(amd, arm)).digest)
  })

  test('bring along what indexes list, attestations too', async () => {
    const amd = image('amd64')
    const attestation = imageIn(registry, 'shop', ['attestation'], undefined, { os: 'unknown', architecture: 'unknown' })
    const withAttestation = indexIn(registry, 'shop', { 'linux/amd64': amd, 'unknown/unknown': attestation })
    const arm = image('arm64')
    expect(listed((await merge(withAttestation, arm)).content).map(({ digest }) => digest)).toEqual([amd, arm, attestation])
  })

  test('stay what they are when there is one', async () => {
    const amd = image('amd64')
    expect((await merge(amd)).digest).toBe(amd)
  })

  test('cannot be two for one platform, nor none', async () => {
    const other = imageIn(registry, 'shop', ['other'], undefined, { os: 'linux', architecture: 'amd64' })
    await expect(merge(image('amd64'), other)).rejects.toMatchObject({
      code: 'build-request-invalid',
      message: expect.stringContaining('are for linux/amd64'),
    })
    await expect(merge()).rejects.toMatchObject({ code: 'build-request-invalid' })
  })

  test('must be in the repository', async () => {
    await expect(merge(image('amd64'), `sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'registry-not-found' })
  })
})
