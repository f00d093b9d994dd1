import { defineAction, input } from '@deploy-kit/core'
import { buildInputs, publicationInputs } from '../shared/build-inputs.ts'
import { registryInputs } from '../shared/registry-inputs.ts'
import { dryRunInput } from '../shared/rollout-inputs.ts'

export const buildImage = defineAction({
  name: 'build-image',
  title: 'deploy-kit: build an image',
  summary: 'Builds an image with a reproducible digest, pushes it by that digest, and moves its tags when it has been found good.',
  inputs: {
    ...buildInputs,
    ...publicationInputs,
    ...registryInputs,
    digest: input.digest({
      about:
        'Digest of an image that is in the registry already, built and found good: it gets the tags, and nothing is built. The step after a scan.',
    }),
    digests: input.lines({
      about:
        'Digests of images in the repository, one for each platform, that runners of a matrix have built: they become one image for all of them. Nothing is built; it gets the tags, unless `push` is `digest`.',
    }),
    'content-hash': input.text({
      about: 'With `digest`: the output of the same name of the step that built it, so that `skip-unchanged` finds it next time.',
    }),
    load: input.boolean({
      default: false,
      about: 'Whether Docker on this machine gets the image as well, under its tags. For one platform only.',
    }),
    provenance: input.choice(['false', 'auto', 'min', 'max'], {
      default: 'false',
      about:
        'Provenance attestation of BuildKit. It holds the time of the build, so the digest differs each time. `auto`: max for a public repository, min for a private one, where the registry is known to take it.',
    }),
    sbom: input.choice(['false', 'auto', 'true'], { default: 'false', about: 'SBOM attestation of BuildKit, under the same condition.' }),
    output: input.path({ default: 'image', about: 'Directory that receives the image as an OCI layout, unless it is pushed.' }),
    'source-date-epoch': input.integer({
      about:
        'Seconds since 1970 for every timestamp in the image, so that the same sources give the same digest. Default: the time of the commit.',
    }),
    'build-timeout': input.duration({ default: 3_600_000, about: 'Time after which the engine is killed and the step fails.' }),
    ...dryRunInput('inputs, tags and Dockerfile are checked, and engine and arguments are shown. No engine is started.'),
  },
  outputs: {
    digest: 'Digest of the image manifest, or of the index of several platforms, `sha256:…`: the identity of what was built.',
    image: 'Where the image is: `name@sha256:…`, or the directory of its OCI layout. Give it to the next step as `image`.',
    name: 'First name of the image, without tag and digest, as `subject-name` of actions/attest.',
    tag: 'The first tag, which is the version: name and tag.',
    tags: 'Tags of the image with its names, one a line.',
    version: 'The version: the first tag without a name.',
    platforms: 'Platforms of the image, separated by commas.',
    'size-bytes': 'Compressed size of the image: configuration and layers of all platforms.',
    skipped: '`true` when nothing had changed and nothing was built, else `false`.',
    'content-hash': 'Hash of what the image was made of, with `skip-unchanged`.',
    metadata: 'What the engine wrote about the build, as JSON.',
  },
  permissions: { contents: ['read', 'to check out the sources that go into the image'] },
  hosts: {
    'the registries of `images`, of base images and of caches':
      'To push and pull images, and to ask for tokens; by the engine and by the action itself.',
    'docker.io or mirror.gcr.io': 'The image of BuildKit, only when a builder in a container has to be made.',
    'sts.amazonaws.com, *.amazonaws.com, sts.googleapis.com, iamcredentials.googleapis.com, identity.docker.com':
      'Credentials for the identity of the job, only with `registry-identities`.',
  },
  finishesInPost: true,
  branding: { icon: 'package', color: 'blue' },
})
