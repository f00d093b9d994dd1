import { execFile } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { toolsDirectory } from './program.ts'
import { Yard } from './yard.ts'

const yard = await Yard.open(['buildkit', 'docker'])
afterAll(() => yard[Symbol.asyncDispose]())

const run = promisify(execFile)

const Dockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ARG VERSION=none
RUN echo "v$VERSION" > /version
CMD ["cat", "/version"]
`

const inputs = async (
  name: string,
  engine: string,
  more: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = { Dockerfile },
) => ({
  images: `${yard.registry}/acme/${name}`,
  context: await yard.context(files),
  engine,
  tags: 'v1',
  'source-date-epoch': '1700000000',
  ...more,
})

/** A machine with this program of buildah's and without the other. */
const onlyWith = async (program: 'buildah' | 'podman'): Promise<Readonly<Record<string, string>>> => {
  const bin = join(yard.directory, `only-${program}`)
  await mkdir(bin, { recursive: true })
  for (const name of [program, 'git']) await symlink(`/usr/bin/${name}`, join(bin, name)).catch(() => undefined)
  return { PATH: bin }
}

/** The Docker of the yard has no bridge, which BuildKit asks for and the classic builder does not. */
const withoutNetwork = { network: 'none' }
/** Docker that finds buildx among its plugins builds with the BuildKit inside it. */
const withBuildKit = { DOCKER_CONFIG: join(toolsDirectory, 'docker') }

describe.each([
  ['buildah', 'buildah'],
  ['podman', 'buildah'],
  ['docker', 'docker'],
  ['docker-buildkit', 'docker'],
] as const)('%s', (program, engine) => {
  const more = program === 'docker-buildkit' ? withoutNetwork : {}
  const env = async () => (program === 'docker' ? {} : program === 'docker-buildkit' ? withBuildKit : onlyWith(program))

  test('pushes by digest, and the tags afterwards', async () => {
    const { exitCode, outputs, stdout } = await yard.builds(
      await inputs(program, engine, { push: 'true', 'build-args': 'VERSION=7', labels: 'team=shop', ...more }),
      await env(),
    )
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
    expect(outputs).toMatchObject({ outcome: 'built', platforms: 'linux/amd64', tags: `${yard.registry}/acme/${program}:v1` })
    expect(await yard.manifest(`acme/${program}`, 'v1')).toMatchObject({ digest: outputs['digest'] })
    const configuration = await yard.configuration(`acme/${program}`, 'v1')
    expect(configuration).toMatchObject({
      config: { Cmd: ['cat', '/version'], Labels: { team: 'shop', 'org.opencontainers.image.version': 'v1' } },
    })
  })

  test('tells a command that fails by its own code', async () => {
    const files = { Dockerfile: 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "sh", "-c", "exit 3"]\n' }
    const { exitCode, outputs, stdout } = await yard.builds(await inputs('faulty', engine, more, files), await env())
    expect({ exitCode, ...outputs }).toMatchObject({ exitCode: 1, 'reason-code': 'build-step-failed', reason: expect.stringMatching(/3/) })
    expect(stdout).toMatch(/Dockerfile:3:1 {2}build-step-failed/)
  })

  test('tells a line that is none, and a file that is not there', async () => {
    const wrong = await yard.builds(await inputs('wrong', engine, more, { Dockerfile: 'FROM scratch\nFRM x\n' }), await env())
    expect(wrong.outputs).toMatchObject({ 'reason-code': 'dockerfile-invalid' })
    const missing = await yard.builds(await inputs('missing', engine, more, { Dockerfile: 'FROM scratch\nCOPY nope /nope\n' }), await env())
    expect(missing.outputs).toMatchObject({ 'reason-code': 'copy-source-missing' })
    expect(missing.stdout).toMatch(/Dockerfile:2:1 {2}copy-source-missing/)
  })
})

test('buildah and podman give one digest for two builds of one commit, the same one', async () => {
  const digests = new Set<string | undefined>()
  for (const [index, program] of (['buildah', 'buildah', 'podman'] as const).entries()) {
    const output = join(yard.directory, `same-${index}`)
    const built = await yard.builds(await inputs('same', 'buildah', { 'no-cache': 'true', output }), await onlyWith(program))
    expect(built).toMatchObject({ exitCode: 0 })
    digests.add(built.outputs['digest'])
  }
  expect(digests.size).toBe(1)
})

test.each(['buildah', 'podman'] as const)('%s builds for several platforms, into an index', async (program) => {
  const files = { Dockerfile: 'FROM scratch\nCOPY busybox /bin/busybox\n' }
  const given = await inputs(`several-${program}`, 'buildah', { push: 'true', platforms: 'linux/amd64,linux/arm64' }, files)
  const { exitCode, outputs, stdout } = await yard.builds(given, await onlyWith(program))
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
  expect(outputs['platforms']).toBe('linux/amd64,linux/arm64')
  const found = await yard.manifest(`acme/several-${program}`, 'v1')
  expect(found).toMatchObject({ digest: outputs['digest'], body: { manifests: [{}, {}] } })
})

test.each(['buildah', 'podman'] as const)('%s passes secrets on by the environment', async (program) => {
  const files = {
    Dockerfile:
      'FROM scratch\nCOPY busybox /bin/busybox\nRUN --mount=type=secret,id=token ["/bin/busybox", "sh", "-c", "/bin/busybox cat /run/secrets/token"]\n',
  }
  const secret = { secrets: 'token=s3cr3t-token', output: join(yard.directory, `secret-${program}`), 'no-cache': 'true' }
  const { exitCode, stdout } = await yard.builds(await inputs('secret', 'buildah', secret, files), await onlyWith(program))
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 })
  expect(stdout).toContain('***')
  expect(stdout.replace(/^::add-mask::.*$/gm, '')).not.toContain('s3cr3t-token')
})

test('an image that is loaded runs in Docker', async () => {
  const given = await inputs('loaded', 'docker', { load: 'true', 'build-args': 'VERSION=7', output: join(yard.directory, 'loaded') })
  expect(await yard.builds(given)).toMatchObject({ exitCode: 0 })
  const { stdout } = await run('docker', ['run', '--rm', '--network=none', `${yard.registry}/acme/loaded:v1`], {
    env: { ...yard.environment },
  })
  expect(stdout).toBe('v7\n')
})

test('buildx pushes an image and loads it into Docker in one build', async () => {
  const given = await inputs('both', 'buildx', { builder: yard.buildkit, push: 'true', load: 'true', 'build-args': 'VERSION=8' })
  expect(await yard.builds(given)).toMatchObject({ exitCode: 0 })
  expect(await yard.tags('acme/both')).toEqual(['v1'])
  const { stdout } = await run('docker', ['run', '--rm', '--network=none', `${yard.registry}/acme/both:v1`], {
    env: { ...yard.environment },
  })
  expect(stdout).toBe('v8\n')
})

test('auto takes the best one here that lacks nothing, and says of each why not', async () => {
  // Without the tools of the tests there is no buildx.
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
  const first = await yard.builds(await inputs('auto', 'auto', { output: join(yard.directory, 'auto') }), env)
  expect(first.stdout).toMatch(/^Engine buildah [\d.]+ \(buildah\), the best one here\.$/m)
  const impossible = await yard.builds(await inputs('auto', 'auto', { sbom: 'true' }), env)
  expect(impossible.outputs).toMatchObject({ 'reason-code': 'engine-unavailable' })
  expect(impossible.outputs['reason']).toMatch(
    /buildx: neither .* is on PATH\.\n.*buildah: It lacks SBOM attestations because they are made by BuildKit\./,
  )
})
