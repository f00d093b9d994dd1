import { defineAction, input } from '@deploy-kit/core'
import { buildInputs } from '../shared/build-inputs.ts'
import { dryRunInput } from '../shared/rollout-inputs.ts'

export const buildImage = defineAction({
  name: 'build-image',
  title: 'deploy-kit: build an image',
  summary: 'Builds an image with a reproducible digest and hands that digest to the next step.',
  inputs: {
    name: input.text({ about: 'Name of the image, without tag. Default: the name of the repository.' }),
    ...buildInputs,
    tags: input.lines({ about: 'Tags of the image, one a line. The digest stays the identity: tags are for people.' }),
    labels: input.assignments({
      about: 'Labels beside the standard ones (org.opencontainers.image.source, .revision, .created), which are set by themselves.',
    }),
    output: input.path({ default: 'image', about: 'Directory that receives the image as an OCI layout.' }),
    'source-date-epoch': input.integer({
      about:
        'Seconds since 1970 for every timestamp in the image, so that the same sources give the same digest. Default: the time of the commit.',
    }),
    ...dryRunInput('the Dockerfile is read and checked, and what would be built is shown.'),
  },
  outputs: {
    digest: 'Digest of the image manifest, `sha256:…`: the identity of what was built.',
    image: 'Where the image is: the directory of its OCI layout. Give it to the next step as `image`.',
    tags: 'Tags of the image, one a line.',
    'size-bytes': 'Compressed size of the image: configuration and layers.',
  },
  permissions: { contents: ['read', 'to check out the sources that go into the image'] },
  hosts: {},
  branding: { icon: 'package', color: 'blue' },
})
