import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { toolsPath } from './program.ts'

const run = promisify(execFile)
const type = 'https://in-toto.io/attestation/vulns/v0.2'

/** A key of cosign, and what is signed with it. No transparency log: this machine has none. */
export class CosignKey {
  readonly publicKey: string
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
    this.publicKey = join(directory, 'cosign.pub')
  }

  static async make(parent: string): Promise<CosignKey> {
    const key = new CosignKey(await mkdtemp(join(parent, 'key-')))
    await key.#runs('generate-key-pair')
    await key.#runs('signing-config', 'create', '--out', 'sc.json')
    return key
  }

  /** Signs a record of a digest into a bundle, as `actions/attest` does. Resolves to the file. */
  async attestsInFile(digest: string, predicate: object): Promise<string> {
    const bundle = join(await mkdtemp(join(this.#directory, 'bundle-')), 'attestation.json')
    await this.#attests('attest-blob', predicate, `--hash=${digest.replace('sha256:', '')}`, '--bundle', bundle, 'image')
    return bundle
  }

  /** Signs a record of an image, and leaves it beside the image in its registry. */
  async attestsInRegistry(image: string, predicate: object): Promise<void> {
    await this.#attests('attest', predicate, '--allow-http-registry', image)
  }

  async #attests(command: 'attest' | 'attest-blob', predicate: object, ...argv: readonly string[]): Promise<void> {
    const file = join(await mkdtemp(join(this.#directory, 'predicate-')), 'predicate.json')
    await writeFile(file, JSON.stringify(predicate))
    await this.#runs(command, '--yes', '--key=cosign.key', '--signing-config=sc.json', `--type=${type}`, `--predicate=${file}`, ...argv)
  }

  async #runs(...argv: readonly string[]): Promise<void> {
    await run('cosign', [...argv], {
      cwd: this.#directory,
      env: { PATH: toolsPath, HOME: this.#directory, COSIGN_PASSWORD: 'sesame' },
    })
  }
}
