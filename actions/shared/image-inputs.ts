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
