import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { until } from '../e2e/stage/shop.ts'
import { cacheService } from '../fakes/cache-service.ts'
import { Yard } from './yard.ts'

const yard = await Yard.open(['buildkit'])
afterAll(() => yard[Symbol.asyncDispose]())

const Dockerfile = `FROM scratch AS tools
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
FROM tools
ARG VERSION=none
RUN echo "v$VERSION" > /version
CMD ["cat", "/version"]
`

const shop = (name: string): string => `${yard.registry}/acme/${name}`
/** A build that goes to the BuildKit of the yard. */
const inputs = async (
  name: string,
  more: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = { Dockerfile },
) => ({
  images: shop(name),
  context: await yard.context(files),
  engine: 'buildx',
  builder: yard.buildkit,
  'source-date-epoch': '1700000000',
  ...more,
})

describe('a push', () => {
  test('by digest leaves no tag; the step after the scan moves them by the manifest alone', async () => {
    const built = await yard.builds(await inputs('digest-first', { push: 'digest', tags: 'v1' }))
    expect(built).toMatchObject({
      exitCode: 0,
      outputs: { outcome: 'built', platforms: 'linux/amd64', version: 'v1', tag: `${shop('digest-first')}:v1` },
    })
    const { digest = '', image } = built.outputs
    expect(image).toBe(`${shop('digest-first')}@${digest}`)
    expect(await yard.manifest('acme/digest-first', digest)).toMatchObject({ digest })
    expect(await yard.tags('acme/digest-first')).toBeUndefined()

    const tagged = await yard.builds({ images: shop('digest-first'), tags: 'v1\nlatest', digest, context: 'nowhere' })
    expect(tagged).toMatchObject({ exitCode: 0, outputs: { outcome: 'tagged', digest, image } })
    expect(await yard.tags('acme/digest-first')).toEqual(['latest', 'v1'])
    expect(await yard.manifest('acme/digest-first', 'latest')).toMatchObject({ digest })

    // A third image is measured against what its tag names until now.
    const grown = await yard.builds(
      await inputs(
        'digest-first',
        { push: 'true', tags: 'v1', 'size-budget': '+10 B', 'build-args': 'VERSION=longer' },
        { Dockerfile: `${Dockerfile}COPY busybox /again\n` },
      ),
    )
    expect(grown.outputs).toMatchObject({
      'reason-code': 'image-too-large',
      reason: expect.stringMatching(/grew from .*COPY busybox \/again/),
    })
    expect(await yard.manifest('acme/digest-first', 'v1')).toMatchObject({ digest })
  })

  test('of each platform by a runner of its own becomes one image, which gets the tags', async () => {
    const digests: string[] = []
    for (const platforms of ['linux/amd64', 'linux/arm64']) {
      const one = { platforms, push: 'digest' }
      const built = await yard.builds(await inputs('apart', one, { Dockerfile: 'FROM scratch\nCOPY busybox /bin/busybox\n' }))
      expect(built.outputs).toMatchObject({ outcome: 'built', platforms })
      digests.push(built.outputs['digest'] ?? '')
    }
    const merged = await yard.builds({ images: shop('apart'), tags: 'v1', digests: digests.join('\n'), context: 'nowhere' })
    expect(merged).toMatchObject({ exitCode: 0, outputs: { outcome: 'merged', platforms: 'linux/amd64,linux/arm64' } })
    const { digest, body } = (await yard.manifest('acme/apart', 'v1')) ?? {}
    expect(digest).toBe(merged.outputs['digest'])
    expect(body?.['manifests']).toMatchObject(digests.map((each) => ({ digest: each })))

    const twice = await yard.builds({ images: shop('apart'), tags: 'v1', digests: `${digests[0]}\nnonsense`, context: 'nowhere' })
    expect(twice.outputs).toMatchObject({
      'reason-code': 'build-request-invalid',
      reason: expect.stringContaining('`nonsense` is no digest'),
    })
  })

  test('with tags gives every name every tag, and the same digest', async () => {
    const { exitCode, outputs } = await yard.builds(
      await inputs('first', { images: `${shop('first')}\n${shop('second')}`, push: 'true', tags: 'v1\nedge' }),
    )
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, 'reason-code': 'ok' })
    for (const name of ['acme/first', 'acme/second']) {
      expect(await yard.tags(name)).toEqual(['edge', 'v1'])
      expect(await yard.manifest(name, 'v1')).toMatchObject({ digest: outputs['digest'] })
    }
    expect(Number(outputs['size-bytes'])).toBeGreaterThan(500_000)
  })

  test('that is over its budget moves no tag', async () => {
    const { exitCode, outputs } = await yard.builds(await inputs('large', { push: 'true', tags: 'v1', 'size-budget': '100 kB' }))
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'image-too-large' })
    expect(await yard.tags('acme/large')).toBeUndefined()
  })
})

describe('the digest', () => {
  test('is the same for two builds of one commit, from different directories and without a cache', async () => {
    const digests = new Set<string | undefined>()
    for (const round of ['one', 'two']) {
      const { exitCode, outputs, stdout } = await yard.builds(
        await inputs(round, { push: 'digest', tags: 'v1', 'no-cache': 'true', images: shop('same') }),
      )
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
      digests.add(outputs['digest'])
    }
    expect(digests.size).toBe(1)
  })

  test('is the one that the same build has in a layout', async () => {
    const output = join(yard.directory, 'layout')
    const pushed = await yard.builds(await inputs('layout', { push: 'digest', tags: 'v1' }))
    const written = await yard.builds(await inputs('layout', { output, tags: 'v1' }))
    expect(written.outputs).toMatchObject({ digest: pushed.outputs['digest'], image: output, platforms: 'linux/amd64' })
    const index = JSON.parse(await readFile(join(output, 'index.json'), 'utf8')) as { manifests: { annotations: object }[] }
    expect(index.manifests[0]?.annotations).toEqual({ 'org.opencontainers.image.ref.name': `${shop('layout')}:v1` })
  })

  test('is that of the index, when there are several platforms', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY busybox /bin/busybox\n' }
    const { exitCode, outputs } = await yard.builds(
      await inputs('index', { push: 'true', tags: 'v1', platforms: 'linux/amd64, linux/arm64' }, files),
    )
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, platforms: 'linux/amd64,linux/arm64' })
    const found = await yard.manifest('acme/index', 'v1')
    expect(found).toMatchObject({ digest: outputs['digest'], body: { mediaType: 'application/vnd.oci.image.index.v1+json' } })
  })

  test('is that of the index, when attestations are asked for', async () => {
    const { outputs } = await yard.builds(await inputs('attested', { push: 'true', tags: 'v1', provenance: 'max' }))
    const found = await yard.manifest('acme/attested', 'v1')
    expect(found?.digest).toBe(outputs['digest'])
    expect(found?.body).toMatchObject({ manifests: [{ platform: { os: 'linux' } }, { platform: { os: 'unknown' } }] })
    expect(outputs['platforms']).toBe('linux/amd64')
  })
})

test('a bill of materials is attached when it is asked for, by the scanner that BuildKit takes from Docker Hub', async () => {
  // One of ours in its place (docs/attestations/sbom-protocol.md of BuildKit): it finds one file.
  const statement = {
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://spdx.dev/Document',
    subject: [],
    predicate: { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'shop', files: [{ fileName: '/version' }] },
  }
  const scanner = {
    Dockerfile: 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY scan found.json /\nENTRYPOINT ["/bin/busybox", "sh", "/scan"]\n',
    'found.json': JSON.stringify(statement),
    scan: '/bin/busybox test -f "$BUILDKIT_SCAN_SOURCE/version" && /bin/busybox cp /found.json "$BUILDKIT_SCAN_DESTINATION/shop.spdx.json"\n',
  }
  const place = { images: `${yard.registry}/docker/buildkit-syft-scanner`, tags: 'stable-1', push: 'true' }
  expect(await yard.builds(await inputs('scanner', place, scanner))).toMatchObject({ exitCode: 0 })

  const { exitCode, outputs, stdout } = await yard.builds(await inputs('billed', { push: 'true', tags: 'v1', sbom: 'true' }))
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
  const found = await yard.manifest('acme/billed', 'v1')
  expect([found?.digest, outputs['platforms']]).toEqual([outputs['digest'], 'linux/amd64'])
  const listed = found?.body['manifests'] as readonly { readonly digest: string }[] | undefined
  expect((await yard.manifest('acme/billed', listed?.[1]?.digest ?? ''))?.body).toMatchObject({
    layers: [{ annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' } }],
  })
})

describe('secrets', () => {
  test('reach RUN from text, environment and file, and nothing else', async () => {
    const files = {
      Dockerfile: `FROM scratch
COPY busybox /bin/busybox
RUN --mount=type=secret,id=token --mount=type=secret,id=key --mount=type=secret,id=cert ["/bin/busybox", "sh", "-c", "cd /run/secrets && /bin/busybox wc -c token key cert | /bin/busybox tr -s ' ' > /sizes && /bin/busybox cat token"]
`,
      'cert.pem': 'certificate-content',
    }
    const given = await inputs('secret', { secrets: 'token=s3cr3t-token\n"key=line one\nline two"' }, files)
    const { exitCode, outputs, stdout } = await yard.builds(
      { ...given, 'secret-files': `cert=${join(given.context, 'cert.pem')}`, output: join(yard.directory, 'secret'), 'no-cache': 'true' },
      { UNRELATED: 'x' },
    )
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    const shown = [stdout.replace(/^::add-mask::.*$/gm, ''), ...Object.values(outputs)].join('\n')
    for (const secret of ['s3cr3t-token', 'line one', 'line two']) expect(shown).not.toContain(secret)
    expect(stdout).toContain('***')
  })
})

test('contexts, hosts, an SSH agent, labels and annotations get to where they are meant for', async () => {
  const files = {
    Dockerfile: `FROM scratch
COPY busybox /bin/busybox
COPY --from=more more.txt /more.txt
RUN --mount=type=ssh ["/bin/busybox", "sh", "-c", "/bin/busybox test -S $SSH_AUTH_SOCK && /bin/busybox grep -q 'db.test' /etc/hosts && /bin/busybox cat /more.txt"]
`,
  }
  const more = await yard.context({ 'more.txt': 'from another context' })
  const agent = spawn('ssh-agent', ['-D', '-a', join(yard.directory, 'agent.sock')], { stdio: 'ignore' })
  try {
    await until(
      async () => existsSync(join(yard.directory, 'agent.sock')),
      async () => 'ssh-agent to be ready',
    )
    const given = await inputs(
      'meant',
      {
        'build-contexts': `more=${more}`,
        hosts: 'db.test:10.1.2.3',
        ssh: 'default',
        labels: 'team=shop',
        annotations: 'manifest:com.acme.team=shop',
        push: 'true',
        tags: 'v1',
        'no-cache': 'true',
      },
      files,
    )
    const { exitCode, stdout } = await yard.builds(given, { SSH_AUTH_SOCK: join(yard.directory, 'agent.sock') })
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(stdout).toContain('from another context')
  } finally {
    agent.kill()
  }
  expect(await yard.configuration('acme/meant', 'v1')).toMatchObject({ config: { Labels: { team: 'shop' } } })
  expect((await yard.manifest('acme/meant', 'v1'))?.body).toMatchObject({ annotations: { 'com.acme.team': 'shop' } })
})

describe('caches', () => {
  test('in a registry serve a BuildKit that has forgotten everything', async () => {
    const cache = `registry,ref=${shop('cached')}:cache`
    const first = await yard.builds(await inputs('cached', { push: 'true', tags: 'v1', 'build-cache': cache }))
    expect(first).toMatchObject({ exitCode: 0 })
    expect(await yard.tags('acme/cached')).toEqual(['cache', 'v1'])
    await yard.forgets()
    const second = await yard.builds(await inputs('cached', { push: 'true', tags: 'v1', 'build-cache': cache }))
    expect(second.outputs['digest']).toBe(first.outputs['digest'])
    expect(second.summary).toMatch(/from the cache \| 3 of 3 steps/)
  })

  test.each([
    ['in a directory', () => `local,dest=${join(yard.directory, 'buildcache')}`],
    ['inside the image itself', () => 'inline'],
  ])('%s serve a BuildKit that has forgotten everything', async (_where, cache) => {
    const given = async () => inputs('kept', { push: 'true', tags: 'latest', 'build-cache': cache(), 'cache-errors': 'fail' })
    const first = await yard.builds(await given())
    expect(first).toMatchObject({ exitCode: 0, outputs: { outcome: 'built' } })
    await yard.forgets()
    const second = await yard.builds(await given())
    expect(second.outputs['digest']).toBe(first.outputs['digest'])
    expect(second.summary).toMatch(/from the cache \| 3 of 3 steps/)
  })

  test("in GitHub's cache serve a BuildKit that has forgotten everything, as long as GitHub remembers", async () => {
    await using cache = await cacheService()
    const given = { push: 'digest', tags: 'v1', 'build-cache': 'gha', 'cache-errors': 'fail' }
    const first = await yard.builds(await inputs('gha', given), cache.environment)
    expect(first).toMatchObject({ exitCode: 0, outputs: { outcome: 'built' } })
    const blobs = cache.keys().filter((key) => key.startsWith('buildkit-blob-1-sha256:'))
    // The layers, larger than a block of the storage and smaller; and the index under the scope, which is the name of the image.
    expect(blobs.length).toBeGreaterThanOrEqual(3)
    expect(cache.keys().at(-1)).toMatch(/^index-[\w.-]*acme-gha-1-[0-9a-f]{8}#1$/)

    await yard.forgets()
    const second = await yard.builds(await inputs('gha', given), cache.environment)
    expect(second.outputs['digest']).toBe(first.outputs['digest'])
    expect(second.summary).toMatch(/from the cache \| 3 of 3 steps/)

    await yard.forgets()
    cache.forgets()
    expect((await yard.builds(await inputs('gha', given), cache.environment)).summary).not.toContain('3 of 3 steps')
  })

  test('that cannot be written fail nothing, unless that is asked for', async () => {
    const cache = { 'cache-to': 'type=registry,ref=127.0.0.1:9/acme/cache', push: 'true', tags: 'v1' }
    expect(await yard.builds(await inputs('uncached', cache))).toMatchObject({ exitCode: 0, outputs: { outcome: 'built' } })
    const failed = await yard.builds(await inputs('strict', { ...cache, 'cache-errors': 'fail' }))
    expect(failed).toMatchObject({ exitCode: 1, outputs: { 'reason-code': 'registry-unavailable' } })
    expect(await yard.tags('acme/strict')).toBeUndefined()
  }, 180_000)
})

describe('what goes wrong is told by its own code, with line and remedy', () => {
  test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, string, RegExp]>([
    [
      'a command that fails',
      { Dockerfile: 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sh", "-c", "echo no such luck; exit 3"]\n' },
      {},
      'build-step-failed',
      /exit code: 3[^]*no such luck/,
    ],
    ['a line that is none', { Dockerfile: 'FROM scratch\nFRM x\n' }, {}, 'dockerfile-invalid', /unknown instruction: FRM/],
    ['a file that is not there', { Dockerfile: 'FROM scratch\nCOPY nope /nope\n' }, {}, 'copy-source-missing', /nope/],
    ['a base that is not there', { Dockerfile: `FROM ${yard.registry}/no/such:1\n` }, {}, 'base-image-missing', /no\/such/],
    ['a stage that is not there', { Dockerfile }, { target: 'nope' }, 'build-stage-missing', /nope/],
    ['a Dockerfile that is not there', {}, {}, 'dockerfile-missing', /Dockerfile/],
  ])('%s', async (_what, files, more, code, words) => {
    const { exitCode, outputs, stdout } = await yard.builds(await inputs('faulty', more, files))
    expect({ exitCode, ...outputs }).toMatchObject({
      exitCode: 1,
      outcome: 'error',
      'reason-code': code,
      reason: expect.stringMatching(words),
    })
    expect(stdout).toMatch(new RegExp(`::error.*${code}`))
  })

  test('a failing line of the Dockerfile has its place', async () => {
    const files = { 'docker/Dockerfile': 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "false"]\n' }
    const { stdout } = await yard.builds(await inputs('placed', { file: 'docker/Dockerfile' }, files))
    expect(stdout).toMatch(/Dockerfile:3:1 {2}build-step-failed/)
  })

  test('a BuildKit that is not there', async () => {
    const { exitCode, outputs } = await yard.builds(await inputs('alone', { builder: `unix://${yard.directory}/nobody.sock` }))
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'engine-unreachable' })
  }, 180_000)
})

test('a dry run starts nothing and writes nothing, and shows what would be run', async () => {
  const output = join(yard.directory, 'dry')
  const { exitCode, outputs, stdout } = await yard.builds(
    await inputs('dry', { 'dry-run': 'true', tags: 'v1', output, secrets: 'token=s3cr3t-token', builder: 'tcp://127.0.0.1:9' }),
  )
  expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 0, outcome: 'planned' })
  expect(stdout).toContain(`tag ${shop('dry')}:v1`)
  expect(stdout).toMatch(/docker-buildx build --builder deploy-kit .*--secret id=token,env=/)
  expect(stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain('s3cr3t-token')
  expect(existsSync(output)).toBe(false)
})

describe('nothing changed, nothing built', () => {
  test('the tags move to the image of the same content, and a change of one file is one', async () => {
    const given = await inputs('unchanged', { push: 'true', tags: 'v1', 'skip-unchanged': 'true' })
    const first = await yard.builds(given)
    expect(first).toMatchObject({ exitCode: 0, outputs: { outcome: 'built', skipped: 'false' } })
    const hash = first.outputs['content-hash'] ?? ''
    expect(await yard.tags('acme/unchanged')).toEqual([`dk-${hash}`, 'v1'])

    // Another engine would be missed: nothing is started.
    const second = await yard.builds({ ...given, tags: 'v2', builder: `unix://${yard.directory}/nobody.sock` })
    expect(second).toMatchObject({
      exitCode: 0,
      outputs: { outcome: 'unchanged', skipped: 'true', digest: first.outputs['digest'], version: 'v2' },
    })
    expect(await yard.tags('acme/unchanged')).toEqual([`dk-${hash}`, 'v1', 'v2'])

    await writeFile(join(given.context, 'new-file'), 'new')
    const third = await yard.builds({ ...given, tags: 'v3' })
    expect(third.outputs).toMatchObject({ outcome: 'built', skipped: 'false' })
    expect(third.outputs['content-hash']).not.toBe(hash)
  })

  test('an image that was not found good yet is built again', async () => {
    const given = await inputs('unscanned', { push: 'digest', tags: 'v1', 'skip-unchanged': 'true' })
    const first = await yard.builds(given)
    expect(await yard.tags('acme/unscanned')).toBeUndefined()
    expect((await yard.builds(given)).outputs).toMatchObject({ outcome: 'built', digest: first.outputs['digest'] })

    const { digest = '', 'content-hash': hash = '' } = first.outputs
    await yard.builds({ images: given.images, tags: 'v1', digest, 'content-hash': hash })
    expect((await yard.builds(given)).outputs).toMatchObject({ outcome: 'unchanged', digest })
  })
})
