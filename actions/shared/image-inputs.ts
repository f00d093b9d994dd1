import { input } from '@deploy-kit/core'

/** Which image is meant, and by which digest. */
export const imageInputs = {
  image: input.text({
    required: true,
    about: 'Image: a reference such as ghcr.io/acme/shop, or a directory that holds an OCI layout.',
  }),
  digest: input.digest({
    about:
      'Digest of the image. What runs is this digest and nothing else. Default: the digest in the reference, or the one image in the layout.',
  }),
}

/** What goes with the image, where it is not what the target has already. */
export const manifestInputs = {
  manifests: input.lines({
    about:
      'Kubernetes: manifests that are released with the image: files, directories and kustomizations, one a line, or `-` for standard input. Default: the configuration, else the workload as it stands in the cluster.',
  }),
}
