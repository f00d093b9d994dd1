import { describe, expect, test } from '@jest/globals'
import { advise, describeChange, dockerfilePlaces, smallestFix, type Finding } from '@deploy-kit/scan'

const weak = (more: Partial<Extract<Finding, { kind: 'vulnerability' }>>): Finding => ({
  kind: 'vulnerability',
  id: 'CVE-1',
  key: JSON.stringify(more),
  severity: 'high',
  title: '',
  target: 'Node.js',
  status: 'fixed',
  package: 'lodash',
  installed: '4.17.20',
  fixed: '4.17.21',
  class: 'lang-pkgs',
  ...more,
})
const system = (id: string, layer: string, fixed = '2'): Finding =>
  weak({ id, package: 'openssl', installed: '1', fixed, class: 'os-pkgs', layer })

const candidate = (name: string, left: readonly Finding[]) => ({ name, keys: new Set(left.map(({ key }) => key)) })

describe('advice', () => {
  test('names the change that clears most first: packages of the system come with their image', () => {
    const failing = [
      system('CVE-1', 'base'),
      system('CVE-2', 'base'),
      system('CVE-3', 'base'),
      weak({ id: 'CVE-4', path: 'app/node_modules/lodash/package.json' }),
      weak({ id: 'CVE-5', path: 'app/node_modules/lodash/package.json', fixed: '4.17.23' }),
      weak({ id: 'CVE-6', path: 'other/node_modules/lodash/package.json' }),
    ]
    expect(advise(failing, { name: 'node:24' }).map(describeChange)).toEqual([
      'take a newer base image than node:24: clears up to 3',
      'update lodash (app/node_modules/lodash/package.json) 4.17.20 -> 4.17.23: clears 2',
      'update lodash (other/node_modules/lodash/package.json) 4.17.20 -> 4.17.21: clears 1',
    ])
  })

  test('says what another base image would clear, when it was scanned', () => {
    const failing = [system('CVE-1', 'base'), system('CVE-2', 'base')]
    const changes = advise(failing, { name: 'node:24' }, [candidate('node:24-alpine', []), candidate('node:25', failing.slice(0, 1))])
    expect(changes.map(describeChange)).toEqual([
      'base image node:24 -> node:24-alpine: clears 2',
      'base image node:24 -> node:25: clears 1',
    ])
  })

  test('leaves packages to those who installed them on top of the base', () => {
    const base = { name: 'debian:12', layers: new Set(['base']) }
    const own = system('CVE-1', 'own')
    expect(advise([system('CVE-2', 'base'), own], base).map(describeChange)).toEqual([
      'take a newer base image than debian:12: clears up to 1',
      'update openssl 1 -> 2: clears 1',
    ])
  })

  test('is silent where nothing helps', () => {
    const { fixed: _, ...unfixed } = weak({}) as Extract<Finding, { kind: 'vulnerability' }>
    expect(advise([unfixed], { name: 'x' })).toEqual([])
    expect(advise([], undefined)).toEqual([])
  })

  test.each([
    ['1.2.5', '1.2.6, 0.2.4', '1.2.6'],
    ['0.2.3', '1.2.6, 0.2.4', '0.2.4'],
    ['1.9.0', '1.10.0', '1.10.0'],
    ['3.0.11-1~deb12u2', '3.0.15-1~deb12u1', '3.0.15-1~deb12u1'],
    ['2.0.0', '1.0.0', '1.0.0'],
    ['1', '', ''],
  ])('above %s of %p the smallest fix is %p', (installed, fixed, expected) => {
    expect(smallestFix(installed, fixed)).toBe(expected)
  })
})

describe('the Dockerfile', () => {
  const source = [
    '# syntax=docker/dockerfile:1',
    'FROM node:24 AS build',
    'RUN npm ci',
    'FROM debian:12-slim AS base',
    'RUN apt-get update \\',
    '  && apt-get install -y curl',
    'FROM base',
    'COPY --from=build /app /app',
    'RUN --mount=type=cache,target=/root chmod +x /app/run',
  ].join('\n')
  const layers = [
    { diffId: 'debian', createdBy: '/bin/sh -c #(nop) ADD file:abc in / ' },
    { diffId: 'apt', createdBy: 'RUN /bin/sh -c apt-get update   && apt-get install -y curl # buildkit' },
    { diffId: 'copy', createdBy: 'COPY /app /app # buildkit' },
    { diffId: 'chmod', createdBy: 'RUN /bin/sh -c chmod +x /app/run # buildkit' },
  ]

  test('says at which line each layer was made; what came with the base stands at FROM', () => {
    const places = dockerfilePlaces(source, 'Dockerfile', layers)
    expect(['copy', 'chmod', 'debian', undefined, 'nobody'].map((layer) => places.lineOf(layer))).toEqual([8, 9, 7, 7, 7])
    expect(places.base).toBe('debian:12-slim')
    expect(places.baseLayers.has('debian')).toBe(true)
    expect(places.baseLayers.has('copy')).toBe(false)
  })

  test('counts what the stages below the last one made as own, and shows it there', () => {
    const places = dockerfilePlaces(source, 'Dockerfile', layers)
    expect(places.lineOf('apt')).toBe(5)
    expect(places.baseLayers.has('apt')).toBe(false)
  })

  test('is read as well against the history of buildah, which has hashes for what was copied', () => {
    const copies = 'FROM debian:12\nADD rootfs.tar /\nRUN make\nCOPY ["a", "/with space/"]\nCOPY src /app\n'
    const places = dockerfilePlaces(copies, 'Dockerfile', [
      // Debian's own image was made in the same way.
      { diffId: 'debian', createdBy: '/bin/sh -c #(nop) ADD file:5fa6 in / ' },
      { diffId: 'rootfs', createdBy: '/bin/sh -c #(nop) ADD file:7e71 in / ' },
      { diffId: 'make', createdBy: '/bin/sh -c make' },
      { diffId: 'json', createdBy: '/bin/sh -c #(nop) COPY file:87b3 in /with space/ ' },
      { diffId: 'src', createdBy: '/bin/sh -c #(nop) COPY dir:f878 in /app ' },
    ])
    expect(['rootfs', 'make', 'json', 'src', 'debian'].map((layer) => places.lineOf(layer))).toEqual([2, 3, 4, 5, 1])
    expect([...places.baseLayers]).toEqual(['debian'])
  })
})
