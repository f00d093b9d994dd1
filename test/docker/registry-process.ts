import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { until } from '../e2e/stage/shop.ts'
import { tokenServer, type TokenServer } from './token-server.ts'

/** The account of the tests, and its password as htpasswd keeps it (bcrypt). */
export const account = { kind: 'password', username: 'kit', password: 'correct horse' } as const
const htpasswd = 'kit:$2b$04$AHv2Auouo2DfJeilSZPbW.4V0M2EdjaqjrupqBfSh8r4OcthJ7l26\n'

/** A real registry (github.com/distribution/distribution) on this machine, on a port of its own, with its storage in a directory of its own. */
export class RegistryProcess {
  /** `127.0.0.1:port`. */
  readonly host: string
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #tokens: TokenServer | undefined

  private constructor(host: string, child: ChildProcess, directory: string, tokens: TokenServer | undefined) {
    this.host = host
    this.#child = child
    this.#directory = directory
    this.#tokens = tokens
  }

  /** @throws Error that says how to get it when there is none */
  static async start(guard: 'open' | 'basic' | 'token' = 'open'): Promise<RegistryProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'deploy-kit-registry-'))
    const host = `127.0.0.1:${await freePort()}`
    const tokens = guard === 'token' ? await tokenServer(account) : undefined
    writeFileSync(join(directory, 'htpasswd'), htpasswd)
    writeFileSync(join(directory, 'config.yml'), configuration(directory, host, guard, tokens?.url))
    const log = openSync(join(directory, 'log'), 'a')
    // Its traces go to a collector by default; there is none.
    const env = { ...process.env, OTEL_TRACES_EXPORTER: 'none' }
    const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: ['ignore', log, log], env })
    process.once('exit', () => child.kill('SIGKILL'))
    await once(child, 'spawn').catch((error: unknown) => {
      rmSync(directory, { recursive: true, force: true })
      throw new Error('There is no `docker-registry` to be run. Install it (Debian: apt-get install docker-registry) and try again.', {
        cause: error,
      })
    })
    const registry = new RegistryProcess(host, child, directory, tokens)
    await until(
      () => registry.#isReady(),
      async () => `the registry to be ready\n${registry.log()}`,
    )
    return registry
  }

  log(): string {
    return readFileSync(join(this.#directory, 'log'), 'utf8')
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await exited
    }
    await this.#tokens?.close()
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`The registry has ended: ${this.log()}`)
    return fetch(`http://${this.host}/v2/`).then(
      ({ status }) => status === 200 || status === 401,
      () => false,
    )
  }
}

const configuration = (directory: string, host: string, guard: string, tokens: string | undefined): string =>
  JSON.stringify({
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(directory, 'storage') }, delete: { enabled: true } },
    http: { addr: host },
    ...(guard === 'basic' && { auth: { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } } }),
    ...(guard === 'token' && {
      auth: {
        token: {
          realm: `${tokens}/token`,
          service: 'registry',
          issuer: 'tests',
          rootcertbundle: resolve('test/fixtures/tls/certificate.pem'),
        },
      },
    }),
  })

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((done) => {
    server.close(done)
  })
  return port
}
