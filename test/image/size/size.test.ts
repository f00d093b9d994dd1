import { describe, expect, test } from '@jest/globals'
import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import {
  overruns,
  parseSizeBudget,
  requireBudget,
  sizeMarkdown,
  sizeReport,
  storedBytes,
  type SizedImage,
  type SizedLayer,
} from '@deploy-kit/image/size'

const MB = 1_000_000
const layer = (name: string, megabytes: number, version = ''): SizedLayer => ({
  digest: `sha256:${name}${version}`,
  size: megabytes * MB,
  createdBy: name,
})
const image = (layers: readonly SizedLayer[], platform = 'linux/amd64'): SizedImage => ({
  platform,
  digest: `sha256:${layers.map(({ digest }) => digest).join('')}`,
  sizeBytes: layers.reduce((sum, { size }) => sum + size, 1_000),
  layers,
})
const base = layer('ADD rootfs.tar /', 30)
const before = { reference: 'acme/shop:latest', platforms: [image([base, layer('RUN npm ci', 60, '1'), layer('COPY dist /app', 2, '1')])] }

describe('layer by layer', () => {
  test('what stayed, changed, came and went', () => {
    const report = sizeReport([image([base, layer('RUN npm ci', 90, '2'), layer('COPY assets /assets', 5)])], before)
    expect(report.platforms[0]?.layers.map(({ kind, createdBy, changeBytes }) => [kind, createdBy, changeBytes / MB])).toEqual([
      ['same', 'ADD rootfs.tar /', 0],
      ['changed', 'RUN npm ci', 30],
      ['added', 'COPY assets /assets', 5],
      ['removed', 'COPY dist /app', -2],
    ])
    expect(report).toMatchObject({ changeBytes: 33 * MB, before: { reference: 'acme/shop:latest', bytes: 92 * MB + 1_000 } })
  })

  test('a layer that moved to another place is the same', () => {
    const report = sizeReport([image([layer('RUN npm ci', 60, '1'), base, layer('COPY dist /app', 2, '1')])], before)
    expect(report.platforms[0]?.layers.every(({ kind }) => kind === 'same')).toBe(true)
  })

  test('an instruction with other build arguments is the same instruction', () => {
    const old = { reference: 'x', platforms: [image([{ ...layer('a', 1), createdBy: 'RUN |1 VERSION=1.2.3 /bin/sh -c make # buildkit' }])] }
    const report = sizeReport([image([{ ...layer('b', 2), createdBy: 'RUN |1 VERSION=1.2.4 /bin/sh -c make # buildkit' }])], old)
    expect(report.platforms[0]?.layers.map(({ kind }) => kind)).toEqual(['changed'])
  })

  test('layers that nobody knows the instruction of are not taken for one another', () => {
    const old = { reference: 'x', platforms: [image([{ ...layer('a', 1), createdBy: '' }])] }
    expect(sizeReport([image([{ ...layer('b', 2), createdBy: '' }])], old).platforms[0]?.layers.map(({ kind }) => kind)).toEqual([
      'added',
      'removed',
    ])
  })

  test('whatever the layers are, their changes add up to the change of the image', () => {
    const layers = array(
      record({ name: constantFrom('a', 'b', 'c', ''), size: integer({ min: 0, max: 50 }), version: constantFrom('1', '2') }),
      { maxLength: 8 },
    )
    const made = layers.map((all) => image(all.map(({ name, size, version }) => layer(name, size, `${version}-${size}`))))
    assert(
      property(made, made, (old, now) => {
        const [platform] = sizeReport([now], { reference: 'x', platforms: [old] }).platforms
        expect(platform?.layers.reduce((sum, { changeBytes }) => sum + changeBytes, 0)).toBe(platform?.changeBytes)
        expect(platform?.layers.filter(({ kind }) => kind !== 'removed')).toHaveLength(now.layers.length)
        expect(platform?.layers.filter(({ kind }) => kind !== 'added')).toHaveLength(old.layers.length)
      }),
    )
  })
})

describe('several platforms', () => {
  const both = [image([base, layer('x', 10, 'amd')]), image([base, layer('x', 12, 'arm')], 'linux/arm64')]

  test('share what is stored once', () => {
    expect(storedBytes(both)).toBe(52 * MB + 2_000)
    expect(sizeReport(both).bytes).toBe(52 * MB + 2_000)
  })

  test('one that was not there before is not compared', () => {
    const report = sizeReport(both, { reference: 'x', platforms: both.slice(0, 1) })
    expect(report.platforms.map(({ changeBytes }) => changeBytes)).toEqual([0, undefined])
  })
})

describe('a budget', () => {
  const now = sizeReport([image([base, layer('RUN npm ci', 90, '2'), layer('COPY assets /assets', 5)])], before)

  test.each([
    ['130MB', []],
    ['100MB', ['linux/amd64 has 125 MB, 25 MB more than the 100MB that are allowed']],
    ['+40MB', []],
    ['+30MB', ['linux/amd64 grew from 92 MB to 125 MB, by 33 MB; +30MB is allowed']],
    ['+36%', []],
    ['+35%', ['linux/amd64 grew from 92 MB to 125 MB, by 33 MB; +35% is allowed']],
    ['linux/arm64=1MB', []],
    ['linux/amd64=1MB', ['linux/amd64 has 125 MB, 124 MB more than the linux/amd64=1MB that are allowed']],
    ['1GB, +50%\nlinux/amd64=1GB', []],
  ])('of %p', (text, messages) => {
    expect(overruns(now, parseSizeBudget(text)).map(({ message }) => message)).toEqual(messages)
  })

  test('of growth judges nothing where there is nothing before', () => {
    expect(overruns(sizeReport([image([base])]), parseSizeBudget('+0MB, +0%'))).toEqual([])
  })

  test('that is not kept is an error with the layers that grew, the worst first', () => {
    expect(() => requireBudget(now, parseSizeBudget('+10%'))).toThrow(
      expect.objectContaining({
        code: 'image-too-large',
        message:
          'linux/amd64 grew from 92 MB to 125 MB, by 33 MB; +10% is allowed. What grew: `RUN npm ci` (+30 MB), `COPY assets /assets` (new, 5 MB).',
      }),
    )
  })

  test('without an image before, it names the largest layers', () => {
    expect(() => requireBudget(sizeReport([image([layer('small', 1), base])]), parseSizeBudget('10MB'))).toThrow(
      'Its largest layers: `ADD rootfs.tar /` (30 MB), `small` (1 MB).',
    )
  })

  test('that is kept says nothing', () => {
    expect(() => requireBudget(now, parseSizeBudget('1GB'))).not.toThrow()
    expect(() => requireBudget(now, parseSizeBudget(''))).not.toThrow()
  })

  test.each(['big', '10%', '+', '-5MB', 'linux=5MB', '5 TB'])('%p is refused with what is allowed', (text) => {
    expect(() => parseSizeBudget(text)).toThrow(
      expect.objectContaining({ code: 'input-invalid', message: expect.stringContaining('`+10%`') }),
    )
  })
})

describe('the report for people', () => {
  test('shows what changed, the most first, and the rest in one line', () => {
    const many = Array.from({ length: 15 }, (_, index) => layer(`COPY ${index} /`, index + 1))
    const text = sizeMarkdown(sizeReport([image([base, ...many])], before))
    expect(text).toContain('+58 MB (+63.0 %)')
    expect(text).toContain('17 layers of linux/amd64 changed, 1 as before')
    expect(text.indexOf('npm')).toBeLessThan(text.indexOf('14'))
    expect(text).toContain('5 more')
  })

  test('without an image before, it lists the layers', () => {
    const text = sizeMarkdown(sizeReport([image([base])]))
    expect(text).toContain('| platform | size |')
    expect(text).toContain('1 layer of linux/amd64')
  })

  test('takes no markup from an instruction', () => {
    const text = sizeMarkdown(sizeReport([image([layer('RUN echo "<b>|</b>" && `x`', 1)])]))
    expect(text).not.toContain('<b>')
    expect(
      text
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .every((line) => line.split('|').length === 4),
    ).toBe(true)
  })

  test('is JSON as it is', () => {
    const report = sizeReport([image([base])], before)
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })
})
