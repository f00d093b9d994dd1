import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from '@jest/globals'
import { explain, KitError } from '@deploy-kit/core'
import { cleanUp, context } from './workshop.ts'

afterEach(cleanUp)

describe('the embedded engine refuses, and writes nothing', () => {
  test.each([
    ['RUN npm ci', 'RUN'],
    ['RUN <<EOF\nnpm ci\nEOF', 'RUN'],
    ['ADD https://example.com/x /x', 'ADD'],
    ['HEALTHCHECK CMD curl localhost', 'HEALTHCHECK'],
    ['VOLUME /data', 'VOLUME'],
    ['SHELL ["bash"]', 'SHELL'],
    ['ONBUILD COPY a /', 'ONBUILD'],
    ['COPY --link a /', 'COPY --link'],
    ['COPY <<EOF /x\nfoo\nEOF', 'COPY from a here-document'],
    ['COPY --chown=node:node a /', '--chown=node:node'],
    ['COPY --chmod=u+x a /', '--chmod=u+x'],
    ['COPY --from=nginx:1 /a /', 'from `nginx:1`'],
    ['ENV X=${A%b}', 'the substitution in `${A%b}`'],
  ])('%s', async (line, what) => {
    const shop = await context({ Dockerfile: `FROM scratch\nCOPY a /\n${line}\n`, a: 'a' })
    await expect(shop.builds()).rejects.toMatchObject({
      code: 'dockerfile-unsupported',
      where: 'Dockerfile:3:1',
      message: expect.stringContaining(what),
      remedy: expect.stringContaining('engine: buildx'),
    })
    expect(existsSync(shop.output)).toBe(false)
  })

  test.each([
    ['FROM node:24', 'from `node:24`'],
    ['ARG BASE=node:24\nFROM $BASE', 'from `node:24`'],
    ['FROM --platform=linux/arm64 scratch', 'FROM --platform'],
  ])('%s', async (lines, what) => {
    const shop = await context({ Dockerfile: lines })
    await expect(shop.builds()).rejects.toMatchObject({ code: 'dockerfile-unsupported', message: expect.stringContaining(what) })
  })

  test('with a message that says where, what and what to do', async () => {
    const shop = await context({ 'docker/Dockerfile': 'FROM scratch\n\n# tests\n  RUN \\\n npm test\n' })
    const error = await shop.builds({ file: 'docker/Dockerfile' }).catch((thrown: unknown) => thrown)
    if (!(error instanceof KitError)) throw new Error('the build was not refused')
    expect(explain(error)).toBe(
      'docker/Dockerfile:4:3  dockerfile-unsupported\n' +
        '  The embedded engine `oci` cannot build RUN.\n' +
        '  Build it with `engine: buildx`, or take it out of the Dockerfile. (docs/reason-codes/dockerfile-unsupported.md)',
    )
  })
})

describe('a faulty Dockerfile', () => {
  test.each([
    ['FROM scratch\nFRM x', 2, '`FRM` is not an instruction'],
    ['COPY a /\nFROM scratch', 1, 'The first instruction must be FROM'],
    ['# nothing', 1, 'has no FROM'],
    ['FROM scratch AS', 1, 'FROM takes an image'],
    ['FROM scratch AS 1st', 1, 'FROM takes an image'],
    ['FROM scratch\nENV', 2, 'ENV has no arguments'],
    ['FROM scratch\nENV A', 2, 'ENV A has no value'],
    ['FROM scratch\nENV A=1 B', 2, '`B` in ENV is not `name=value`'],
    ['FROM scratch\nARG 1A=2', 2, '`1A` is not the name'],
    ['FROM scratch\nEXPOSE 0', 2, '`0` is not a port'],
    ['FROM scratch\nEXPOSE 9-8', 2, '`9-8` is not a port'],
    ['FROM scratch\nEXPOSE 80/http', 2, '`80/http` is not a port'],
    ['# escape=x\nFROM scratch', 1, 'The escape character is `x`'],
  ])('%j', async (Dockerfile, line, message) => {
    const shop = await context({ Dockerfile })
    await expect(shop.builds()).rejects.toMatchObject({
      code: 'dockerfile-invalid',
      where: `Dockerfile:${line}:1`,
      message: expect.stringContaining(message),
    })
  })
})

describe('a request that cannot be', () => {
  test.each([
    ['a tag in capitals', { tags: ['Shop:v1'] }, 'image-reference-invalid'],
    ['a name without a tag', { tags: ['shop'] }, 'image-reference-invalid'],
    ['half a second', { sourceDateEpoch: 1.5 }, 'build-request-invalid'],
    ['a time before 1970', { sourceDateEpoch: -1 }, 'build-request-invalid'],
    ['a platform of one word', { platforms: ['arm64'] }, 'build-request-invalid'],
    ['a context that is no directory', { context: '/nowhere' }, 'build-request-invalid'],
    ['a Dockerfile that is not there', { file: 'Containerfile' }, 'dockerfile-missing'],
    ['an unknown stage', { target: 'test' }, 'dockerfile-invalid'],
  ])('%s', async (_what, more, code) => {
    const shop = await context({ Dockerfile: 'FROM scratch\n' })
    await expect(shop.builds(more)).rejects.toMatchObject({ code })
    expect(existsSync(shop.output)).toBe(false)
  })
})

test('a plan says what a build would do, and writes nothing', async () => {
  const shop = await context({ Dockerfile: 'FROM scratch AS a\nFROM a\nCOPY . /x\n', 'dir/a': 'abc' })
  expect(await shop.plans({ tags: ['shop:v1'], engine: 'oci' })).toEqual({
    engine: expect.objectContaining({ name: 'oci' }),
    platforms: ['linux/amd64'],
    tags: ['shop:v1'],
    commands: [],
    contents: {
      base: 'scratch',
      instructions: ['COPY . /x'],
      files: 2,
      bytes: 'FROM scratch AS a\nFROM a\nCOPY . /x\n'.length + 3,
    },
  })
  expect(existsSync(shop.output)).toBe(false)
  const refused = await context({ Dockerfile: 'FROM scratch\nRUN x\n' })
  await expect(refused.plans()).rejects.toMatchObject({ code: 'dockerfile-unsupported' })
})
