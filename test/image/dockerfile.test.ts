import { afterEach, describe, expect, test } from '@jest/globals'
import type { RunConfiguration } from '@deploy-kit/image/layout'
import { cleanUp, context } from './workshop.ts'

afterEach(cleanUp)

const configure = async (dockerfile: string, buildArguments: Readonly<Record<string, string>> = {}): Promise<RunConfiguration> => {
  const shop = await context({ Dockerfile: dockerfile })
  const { Labels, ...config } = (await shop.builds({ buildArguments })).configuration.config ?? {}
  const { 'org.opencontainers.image.created': _created, ...own } = Labels ?? {}
  return Object.keys(own).length === 0 ? config : { ...config, Labels: own }
}

describe('a Dockerfile without RUN', () => {
  test('becomes the configuration that Docker would write', async () => {
    const text = String.raw`# syntax=docker/dockerfile:1
# a comment
FROM scratch AS shop
ARG VERSION=dev
env NODE_ENV=production \
    # comments may stand in between

    VERSION=$VERSION QUOTED="a b"  SPACE=a\ b
ENV OLD the rest  of the line
LABEL "com.acme.team"="web shop" version=$VERSION
WORKDIR /srv
WORKDIR app/../app2
EXPOSE 8080 53/udp 9000-9001
USER 10001:10001
ENTRYPOINT ["node", "server.mjs"]
CMD --port $PORT
`
    expect(await configure(text, { VERSION: 'v1' })).toEqual({
      Env: ['NODE_ENV=production', 'VERSION=v1', 'QUOTED=a b', 'SPACE=a b', 'OLD=the rest  of the line'],
      Labels: { 'com.acme.team': 'web shop', version: 'v1' },
      WorkingDir: '/srv/app2',
      ExposedPorts: { '53/udp': {}, '8080/tcp': {}, '9000/tcp': {}, '9001/tcp': {} },
      User: '10001:10001',
      Entrypoint: ['node', 'server.mjs'],
      Cmd: ['/bin/sh', '-c', '--port $PORT'],
    })
  })

  test('may end without a line end, and may end its lines as Windows does', async () => {
    expect(await configure('FROM scratch\r\nENV A=1 \\\r\n  B=2\r\nCMD ["x"]')).toEqual({ Env: ['A=1', 'B=2'], Cmd: ['x'] })
  })

  test('may choose its escape character', async () => {
    expect(await configure('# escape=`\nFROM scratch\nENV A=C:\\dir `\n B=`$x')).toEqual({ Env: ['A=C:\\dir', 'B=$x'] })
  })

  test('may take an entrypoint back, and an entrypoint leaves the command of its own stage alone', async () => {
    expect(await configure('FROM scratch\nCMD ["a"]\nENTRYPOINT ["b"]\nENTRYPOINT []')).toEqual({ Cmd: ['a'] })
  })

  test('tells its lines in the history', async () => {
    const shop = await context({ Dockerfile: 'FROM scratch\nENV  A=1 \\\n   B=2\nCOPY a /\n', a: '' })
    const { configuration } = await shop.builds({ sourceDateEpoch: 0 })
    expect(configuration.history).toEqual([
      { created: '1970-01-01T00:00:00Z', created_by: 'ENV A=1 B=2', empty_layer: true },
      { created: '1970-01-01T00:00:00Z', created_by: 'COPY a /' },
    ])
  })
})

describe('a variable', () => {
  // BuildKit's own cases: frontend/dockerfile/shell/envVarTest
  test.each([
    ['$A', 'one'],
    ['${A}', 'one'],
    ['x${A}y', 'xoney'],
    ['$AB', ''],
    ['"$A b"', 'one b'],
    [`'$A'`, '$A'],
    [String.raw`\$A`, '$A'],
    [String.raw`"\$A \" \x"`, String.raw`$A " \x`],
    ['${A:-w}', 'one'],
    ['${NONE:-w}', 'w'],
    ['${NONE:-$A}', 'one'],
    ['${NONE:-${NONE:-deep}}', 'deep'],
    ['${EMPTY:-w}', 'w'],
    ['${EMPTY-w}', ''],
    ['${A:+w}', 'w'],
    ['${NONE:+w}', ''],
    ['${EMPTY:+w}', ''],
    ['${EMPTY+w}', 'w'],
    ['"${A:?must be set}"', 'one'],
    ['a$', 'a$'],
    ['$1', '$1'],
    [`"it's"`, `it's`],
    [String.raw`a\"b`, 'a"b'],
  ])('%s is %p', async (word, value) => {
    const { Env } = await configure(`FROM scratch\nENV A=one EMPTY=""\nENV X=${word}`)
    expect(Env?.at(-1)).toBe(`X=${value}`)
  })

  test.each([
    ['${', 'without the name'],
    ['${A', 'without its `}`'],
    ['"a', 'without its end'],
    [`'a`, 'without its end'],
    ['"${NONE:?say which}"', '`NONE` is not set: say which'],
  ])('%s is an error of the line', async (word, message) => {
    await expect(configure(`FROM scratch\nENV X=${word}`)).rejects.toMatchObject({
      code: 'dockerfile-invalid',
      where: 'Dockerfile:2:1',
      message: expect.stringContaining(message),
    })
  })

  test('is seen by the lines after it, not by its own', async () => {
    expect((await configure('FROM scratch\nENV A=1\nENV A=2 B=$A')).Env).toEqual(['A=2', 'B=1'])
  })

  test('in a command is left for the shell', async () => {
    expect((await configure('FROM scratch\nENV A=1\nCMD ["$A"]')).Cmd).toEqual(['$A'])
  })
})

describe('a build argument', () => {
  const lines = 'ARG A=global\nARG B=base\nFROM scratch\nENV BEFORE=$A\nARG A\nARG B=stage\nENV A_IS=$A B_IS=$B'

  test('of the file is seen by a stage that asks for it', async () => {
    expect((await configure(lines)).Env).toEqual(['BEFORE=', 'A_IS=global', 'B_IS=stage'])
  })

  test('that is given wins over every default', async () => {
    expect((await configure(lines, { A: '1', B: '2' })).Env).toEqual(['BEFORE=', 'A_IS=1', 'B_IS=2'])
  })

  test('without a value is not set, and there are none by themselves', async () => {
    expect((await configure('FROM scratch\nARG A\nARG TARGETARCH\nENV X=${A-unset}${TARGETARCH-unset}')).Env).toEqual(['X=unsetunset'])
  })

  test('gives way to ENV of the same name', async () => {
    expect((await configure('FROM scratch\nENV A=env\nARG A=arg\nENV X=$A')).Env).toEqual(['A=env', 'X=env'])
  })

  test('that no line takes is warned of', async () => {
    const warnings: string[] = []
    const shop = await context({ Dockerfile: 'FROM scratch\nARG A\nENV A=$A' })
    const { silentLogger } = await import('@deploy-kit/core')
    await shop.builds({ buildArguments: { A: '1', VERSON: '2' } }, { ...silentLogger, warning: (message) => void warnings.push(message) })
    expect(warnings).toEqual(['No ARG of `Dockerfile` takes the build argument `VERSON`.'])
  })
})

describe('labels', () => {
  test('of the request win over those of the Dockerfile, and these over the origin', async () => {
    const shop = await context({ Dockerfile: 'FROM scratch\nLABEL a=file b=file org.opencontainers.image.version=file' })
    const { configuration, manifest } = await shop.builds({
      labels: { b: 'request' },
      origin: { version: 'origin', source: 'https://x' },
      annotations: { note: 'n' },
    })
    const common = {
      'org.opencontainers.image.version': 'file',
      'org.opencontainers.image.source': 'https://x',
      'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
    }
    expect(configuration.config?.Labels).toEqual({ a: 'file', b: 'request', ...common })
    expect(manifest.annotations).toEqual({ note: 'n', ...common })
  })
})
