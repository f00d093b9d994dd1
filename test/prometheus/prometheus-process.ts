import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../e2e/stage/shop.ts'

/** A real Prometheus on this machine that scrapes one address every second. */
export class Prometheus {
  readonly url: string
  readonly #child: ChildProcess
  readonly #directory: string

  private constructor(url: string, child: ChildProcess, directory: string) {
    this.url = url
    this.#child = child
    this.#directory = directory
  }

  /** @throws Error that says how to get it when there is none */
  static async scraping(target: string, features: readonly string[] = []): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'deploy-kit-prometheus-'))
    writeFileSync(
      join(directory, 'prometheus.yml'),
      `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs: [{ job_name: edge, static_configs: [{ targets: ['${new URL(target).host}'] }] }]\n`,
    )
    const address = `127.0.0.1:${await freePort()}`
    const log = openSync(join(directory, 'log'), 'a')
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=${address}`,
        '--log.level=warn',
        ...features.map((feature) => `--enable-feature=${feature}`),
      ],
      { stdio: ['ignore', log, log] },
    )
    process.once('exit', () => child.kill('SIGKILL'))
    await once(child, 'spawn').catch((error: unknown) => {
      rmSync(directory, { recursive: true, force: true })
      throw new Error('There is no `prometheus` to be run. Install it (Debian: apt-get install prometheus) and try again.', {
        cause: error,
      })
    })
    const prometheus = new Prometheus(`http://${address}`, child, directory)
    await until(
      () => prometheus.#isReady(),
      async () => `Prometheus to be ready\n${readFileSync(join(directory, 'log'), 'utf8')}`,
    )
    return prometheus
  }

  /** Resolves when a query selects something, and has for longer than the lag of the tests. */
  async knows(query: string): Promise<void> {
    await until(
      async () => {
        const answer = await fetch(
          `${this.url}/api/v1/query?${new URLSearchParams({ query, time: String((Date.now() - 1_000) / 1_000) }).toString()}`,
        )
        return ((await answer.json()) as { data: { result: readonly unknown[] } }).data.result.length > 0
      },
      async () => `Prometheus to know ${query}`,
    )
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit')
      this.#child.kill('SIGKILL')
      await exited
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #isReady(): Promise<boolean> {
    if (this.#child.exitCode !== null) throw new Error(`Prometheus has ended: ${readFileSync(join(this.#directory, 'log'), 'utf8')}`)
    return fetch(`${this.url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}
