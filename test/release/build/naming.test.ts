import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { BuildInputs } from '@deploy-kit/release'
import { namingOf, type Naming } from '../../../packages/release/src/build/naming.ts'
import type { Source } from '../../../packages/release/src/build/source.ts'
import { pushTag, push } from '../../image/tags/events.ts'

let context: string
beforeAll(async () => {
  context = await mkdtemp(join(tmpdir(), 'naming-'))
  await writeFile(join(context, 'Dockerfile'), 'FROM scratch\nLABEL org.opencontainers.image.title="Our shop"\n')
})
afterAll(() => rm(context, { recursive: true, force: true }))

type Named = Pick<BuildInputs, 'images' | 'tags' | 'flavor' | 'labels' | 'annotations' | 'push' | 'file'>

/** What a build of `v1.2.3` is called by these inputs; what they leave out is not given. */
const named = (inputs: Partial<Named>, event = pushTag('v1.2.3')): Naming => {
  const source: Source = { name: 'shop', revision: event.sha, url: undefined, epoch: event.commitTime / 1000, event, isPublic: true }
  const given: Named = {
    images: undefined,
    tags: undefined,
    flavor: undefined,
    labels: undefined,
    annotations: undefined,
    push: 'false',
    file: 'Dockerfile',
    ...inputs,
  }
  return namingOf(given as BuildInputs, source, context)
}

describe('an image is called', () => {
  test('like its repository, when nobody says otherwise', () => {
    expect(named({})).toMatchObject({ names: ['shop'], references: ['shop:v1.2.3', 'shop:latest'], version: 'v1.2.3' })
  })

  test('by each of its names, with each of its tags', () => {
    const { references } = named({ images: ['ghcr.io/acme/shop', 'acme/shop'], tags: ['type=semver,pattern={{major}}.{{minor}}'] })
    expect(references).toEqual(['ghcr.io/acme/shop:1.2', 'ghcr.io/acme/shop:latest', 'acme/shop:1.2', 'acme/shop:latest'])
  })

  test('by whole references alone, where there are only such', () => {
    expect(named({ tags: ['ghcr.io/acme/shop:nightly'] })).toMatchObject({
      names: ['ghcr.io/acme/shop'],
      references: ['ghcr.io/acme/shop:nightly'],
      version: 'nightly',
    })
  })

  test('by rules and whole references side by side', () => {
    expect(named({ images: ['acme/shop'], tags: ['type=raw,stable', 'quay.io/acme/shop:v1'] }).references).toEqual([
      'acme/shop:stable',
      'quay.io/acme/shop:v1',
    ])
  })

  test('by nothing that no registry takes', () => {
    const { references, notices } = named({ images: ['Acme/Shop'] }, push(`feature/${'x'.repeat(150)}`))
    expect(references[0]).toMatch(/^acme\/shop:feature-x+-[0-9a-f]{8}$/)
    expect(notices).toHaveLength(2)
  })
})

describe('a push', () => {
  test('needs a name in a registry', () => {
    expect(() => named({ push: 'true' })).toThrow(expect.objectContaining({ code: 'push-target-missing' }))
    expect(() => named({ push: 'digest' })).toThrow(expect.objectContaining({ code: 'push-target-missing' }))
  })

  test('needs a tag, unless it is by digest', () => {
    const inputs = { images: ['acme/shop'], tags: ['type=edge,branch=main'] }
    expect(() => named({ ...inputs, push: 'true' })).toThrow(expect.objectContaining({ code: 'image-tags-empty' }))
    expect(named({ ...inputs, push: 'digest' }).references).toEqual([])
  })
})

describe('labels', () => {
  test('say where the image comes from, and give way to those of the Dockerfile', () => {
    const { labels } = named({})
    expect(labels).toMatchObject({ 'org.opencontainers.image.version': 'v1.2.3', 'org.opencontainers.image.licenses': 'MIT' })
    expect(labels).not.toHaveProperty('org.opencontainers.image.title')
  })

  test('of the inputs stand over all others', () => {
    expect(named({ labels: { 'org.opencontainers.image.title': 'Another' } }).labels).toMatchObject({
      'org.opencontainers.image.title': 'Another',
    })
  })

  test('and annotations may hold expressions; annotations are only those that were given', () => {
    const { annotations, labels } = named({ labels: { built: "{{commit_date 'YYYY'}}" }, annotations: { 'index:of': '{{tag}}' } })
    expect(labels).toMatchObject({ built: '2020' })
    expect(annotations).toEqual({ 'index:of': 'v1.2.3' })
  })
})
