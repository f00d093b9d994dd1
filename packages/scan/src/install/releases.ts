/** Archives of one release by asset, with their SHA-256. */
export type Release = Readonly<Record<string, string>>

/**
 * The releases that are installed, the preferred one first. The sums stand here and are not taken from the release: whoever
 * replaces an archive there replaces the list beside it too, as happened in March 2026.
 * Where they are from: docs/scan-trivy.md#where-the-checksums-are-from.
 */
export const releases: Readonly<Record<string, Release>> = {
  '0.73.0': {
    'Linux-64bit.tar.gz': '2edd39da482bb4e9831962487b68f68e3928ec3137794757f54d00383d79547b',
    'Linux-ARM64.tar.gz': '13833d97e8a1a5367471c372a173180157f593bece570e20d5d925fef552f5dd',
    'macOS-64bit.tar.gz': 'd39d1374dd3e35d48621b82df9b6625fe69f9920cc67d2739ed81bb679f16f51',
    'macOS-ARM64.tar.gz': '80cc25faaf6378e37701202d0b4f9f43d9e413d198d594ba60fdf559fe44a683',
    'windows-64bit.zip': 'd2d3ad5292aae470a03eb6506db86fce81b1894592b8451cadaf60eaa22f2025',
  },
  '0.72.0': {
    'Linux-64bit.tar.gz': 'bbb64b9695866ce4a7a8f5c9592002c5961cab378577fa3f8a040df362b9b2ea',
    'Linux-ARM64.tar.gz': '2ca2c023109c2db6b2b77366b6717291452d4531167377d95c79547f0c8e3467',
    'macOS-64bit.tar.gz': 'ee5e60df8a98e5b89fd74a6d86f9e5c7e9a266a35002cb1e43291698b3bfee08',
    'macOS-ARM64.tar.gz': '88f208680dc05da2b459e19b4f5aa2b4dc7c2117892ba4aab2ae63baba330016',
    'windows-64bit.zip': 'ed3cf122060f61818fe1f735fd97557954e16e10bc8b058af9852271cf2e91b3',
  },
}

/** The version that is installed when nobody names one. */
export const preferredVersion = '0.73.0'

/** Published by an attacker on 19 March 2026 (GHSA-69fq-xp46-6x23), and later as images of the same numbers. */
export const compromised: ReadonlySet<string> = new Set(['0.69.4', '0.69.5', '0.69.6'])

const systems: Readonly<Partial<Record<NodeJS.Platform, string>>> = { linux: 'Linux', darwin: 'macOS', win32: 'windows' }
const architectures: Readonly<Record<string, string>> = { x64: '64bit', arm64: 'ARM64' }

/** The last part of the name of an asset for a machine: `Linux-64bit.tar.gz`; undefined where Trivy is not released for it. */
export const assetFor = (platform: NodeJS.Platform, architecture: string): string | undefined => {
  const [system, bits] = [systems[platform], architectures[architecture]]
  return system === undefined || bits === undefined ? undefined : `${system}-${bits}.${platform === 'win32' ? 'zip' : 'tar.gz'}`
}
