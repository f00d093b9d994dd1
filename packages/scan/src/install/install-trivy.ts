import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KitError, messageOf } from '@deploy-kit/core'
import { download, NotThere, sha256Of } from './download.ts'
import { assetFor, compromised, preferredVersion, releases, type Release } from './releases.ts'
import { unpackProgram } from './unpack.ts'

export interface InstallOptions {
  /** Default: the preferred release; when that one is gone, the one before it. */
  readonly version?: string
  /** SHA-256 of the archive, for a version that is not in the table. */
  readonly sha256?: string
  /** Where releases are, such as a mirror in the own network. Below it `v0.73.0/trivy_0.73.0_Linux-64bit.tar.gz` is looked for. */
  readonly from?: string
  /** Where archives stay. */
  readonly directory: string
  /** Where the program goes, which is taken out of its archive each time. */
  readonly unpackInto: string
  readonly timeoutMs: number
  /** Takes an archive that is there already, and asks no server and no store. */
  readonly offline?: boolean
}

/** Keeps archives from one job to the next. What comes out of it is hashed again. */
export interface ArchiveStore {
  restore(path: string, sha256: string): Promise<void>
  save(path: string, sha256: string): Promise<void>
}

export interface InstallPorts {
  readonly signal: AbortSignal
  readonly store?: ArchiveStore
  readonly warn: (message: string) => void
  readonly machine?: { readonly platform: NodeJS.Platform; readonly architecture: string }
  readonly known?: Readonly<Record<string, Release>>
}

const publisher = 'https://github.com/aquasecurity/trivy/releases/download'

/**
 * A Trivy whose archive has the SHA-256 that is committed here, whether it was downloaded or was kept: the archive is hashed and
 * the program taken out of it each time, so that nobody can have changed it in a cache.
 * @throws KitError `trivy-missing` when it is offline, `trivy-refused`, `trivy-version-unknown`, `trivy-checksum-mismatch`, `trivy-install-failed`
 */
export const installTrivy = async (options: InstallOptions, ports: InstallPorts): Promise<string> => {
  const asset = assetOf(ports)
  const candidates = candidatesFor(options, asset, ports.known ?? releases)
  for (const [index, { version, sha256 }] of candidates.entries()) {
    try {
      return await installOne(version, sha256, asset, options, ports)
    } catch (error) {
      const next = candidates[index + 1]
      if (!(error instanceof NotThere) || next === undefined) throw asInstallFault(error)
      ports.warn(`Trivy ${version} is gone from where it was released (${error.message}): ${next.version} is installed instead.`)
    }
  }
  throw new KitError('internal-error', 'there is no release of Trivy in the table')
}

const assetOf = ({ machine }: InstallPorts): string => {
  const { platform, architecture } = machine ?? { platform: process.platform, architecture: process.arch }
  const asset = assetFor(platform, architecture)
  if (asset !== undefined) return asset
  throw new KitError('trivy-install-failed', `Trivy is not installed on ${platform} ${architecture}. Name a program by \`trivy\`.`)
}

const candidatesFor = (
  { version, sha256 }: InstallOptions,
  asset: string,
  known: Readonly<Record<string, Release>>,
): readonly { readonly version: string; readonly sha256: string }[] => {
  const given = version?.replace(/^v/, '')
  if (given !== undefined && compromised.has(given)) throw new KitError('trivy-refused', `\`trivy-version\`: ${given} is refused.`)
  if (given !== undefined && sha256 !== undefined) return [{ version: given, sha256 }]
  const versions = given === undefined ? [preferredVersion, ...Object.keys(known).filter((name) => name !== preferredVersion)] : [given]
  const found = versions.flatMap((name) => {
    const sum = known[name]?.[asset]
    return sum === undefined ? [] : [{ version: name, sha256: sum }]
  })
  if (found.length > 0) return found
  throw new KitError(
    'trivy-version-unknown',
    `\`trivy-version\`: the checksum of Trivy ${given ?? preferredVersion} for ${asset} is not known here. Known: ${Object.keys(known).join(', ')}.`,
  )
}

const installOne = async (
  version: string,
  sha256: string,
  asset: string,
  options: InstallOptions,
  ports: InstallPorts,
): Promise<string> => {
  const name = `trivy_${version}_${asset}`
  const archive = join(options.directory, name)
  await mkdir(options.directory, { recursive: true })
  const isRight = async (): Promise<boolean> => (await sha256Of(archive)) === sha256
  if (options.offline === true && !(await isRight()))
    throw new KitError('trivy-missing', `There is no Trivy here, the scan is offline, and \`${archive}\` is not its archive.`)
  if (!(await isRight())) await ports.store?.restore(archive, sha256)
  if (!(await isRight())) {
    if ((await sha256Of(archive)) !== undefined) ports.warn(`\`${archive}\` is not the archive that was released: it is fetched again.`)
    await fetchArchive(`${options.from ?? publisher}/v${version}/${name}`, archive, sha256, options, ports)
    await ports.store?.save(archive, sha256)
  }
  await mkdir(options.unpackInto, { recursive: true })
  return unpackProgram(archive, options.unpackInto)
}

/** Under another name until it is known to be right: a download that was killed is no archive. */
const fetchArchive = async (
  url: string,
  archive: string,
  sha256: string,
  { timeoutMs }: InstallOptions,
  { signal }: InstallPorts,
): Promise<void> => {
  const partial = `${archive}.partial`
  try {
    await download(url, partial, timeoutMs, signal)
    const got = await sha256Of(partial)
    if (got !== sha256) throw new KitError('trivy-checksum-mismatch', `${url} has the SHA-256 ${got}; ${sha256} is committed for it.`)
    await rename(partial, archive)
  } finally {
    await rm(partial, { force: true })
  }
}

const asInstallFault = (error: unknown): unknown =>
  error instanceof KitError || !(error instanceof Error) || error.name === 'AbortError'
    ? error
    : new KitError('trivy-install-failed', messageOf(error), { cause: error })
