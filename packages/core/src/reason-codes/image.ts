import type { ReasonCodePages } from './reason-code.ts'

export const imageCodes = {
  'image-digest-missing': {
    title: 'An image was named without its digest',
    cause: 'A tag can be moved, so what runs would not have to be what was scanned and tested.',
    remedy: 'Give the output `digest` of build-image as `digest`, or name the image as name@sha256:….',
  },
  'image-reference-invalid': {
    title: 'The name of an image is not a valid reference',
    cause:
      'Registries take lower-case names, tags of at most 128 characters from A-Z a-z 0-9 _ . - and digests such as sha256:<64 hex digits>.',
    remedy: 'Correct the part of the reference that the message names.',
  },
  'tag-rule-invalid': {
    title: 'A rule for tags or labels cannot be carried out',
    cause: 'A line of `tags`, `flavor`, `images`, `labels` or `annotations` has an attribute, a value or an expression that is not known.',
    remedy: 'Correct the line by what the message says is known there.',
  },
  'image-tags-empty': {
    title: 'An image would be pushed without any tag',
    cause: 'No rule of `tags` is about the event and the reference that started the build.',
    remedy: 'Add a rule that always gives a tag, such as type=sha, or build without a push for this event.',
  },
  'image-too-large': {
    title: 'The image is larger than its budget',
    cause: 'Its compressed size, or its growth since the image before, is above a limit of `size-budget`.',
    remedy: 'Make the layers that the message names smaller, or raise the limit.',
  },
  'build-request-invalid': {
    title: 'What should be built is not described completely',
    cause: 'The context, the output, the platform or the time given to the build cannot be used.',
    remedy: 'Correct the value that the message names.',
  },
  'dockerfile-missing': {
    title: 'There is no Dockerfile where one was expected',
    cause: 'The file named by `file`, or `Dockerfile` in the context, could not be read.',
    remedy: 'Name the Dockerfile by `file`, relative to the context.',
  },
  'dockerfile-invalid': {
    title: 'The Dockerfile has an error',
    cause: 'The line named in the message would be refused by every engine.',
    remedy: 'Correct the line.',
  },
  'dockerfile-unsupported': {
    title: 'The embedded engine cannot build this Dockerfile',
    cause: 'The engine `oci` copies files and writes configuration. It runs no command and reads from no network.',
    remedy: 'Build with `engine: buildx`, or take the line out.',
  },
  'copy-source-missing': {
    title: 'A file that COPY names is not there',
    cause: 'It is neither in the context, nor in the stage it is copied from, or .dockerignore leaves it out.',
    remedy: 'Correct the path in the Dockerfile, or let .dockerignore keep the file.',
  },
  'image-layout-invalid': {
    title: 'A directory is not a sound OCI image layout',
    cause: 'A file of the layout is missing, or its content does not match the digest that names it.',
    remedy: 'Build or copy the image again.',
  },
  'image-not-in-layout': {
    title: 'The image asked for is not in the OCI layout',
    cause: 'The layout holds other digests, tags or platforms, or several images and nothing says which is meant.',
    remedy: 'Name one of the images that the message lists.',
  },
} as const satisfies ReasonCodePages
