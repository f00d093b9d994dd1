/** Media types of the OCI image specification 1.1, and Docker's older names for the same things, which base layouts may hold. */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
} as const

export const isIndex = (mediaType: string): boolean =>
  mediaType === mediaTypes.index || mediaType === 'application/vnd.docker.distribution.manifest.list.v2+json'

export const isManifest = (mediaType: string): boolean =>
  mediaType === mediaTypes.manifest || mediaType === 'application/vnd.docker.distribution.manifest.v2+json'

/** How the tar of a layer is compressed; undefined for a layer that cannot be read here. */
export const compressionOf = (mediaType: string): 'none' | 'gzip' | 'zstd' | undefined => {
  if (mediaType === mediaTypes.layer || mediaType === 'application/vnd.docker.image.rootfs.diff.tar') return 'none'
  if (mediaType.endsWith('.tar+gzip') || mediaType.endsWith('.tar.gzip')) return 'gzip'
  return mediaType.endsWith('.tar+zstd') ? 'zstd' : undefined
}
