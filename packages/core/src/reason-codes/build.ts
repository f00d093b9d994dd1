import type { ReasonCodePages } from './reason-code.ts'

export const buildCodes = {
  'engine-unavailable': {
    title: 'No engine on this machine can build the image',
    cause: 'The engine that was asked for is not here or does not answer, or each one here lacks something that the build needs.',
    remedy: 'Install or start one of the engines that the message names, or take out what it lacks.',
  },
  'engine-unreachable': {
    title: 'The build engine does not answer',
    cause: 'The Docker daemon or BuildKit that the build goes to is not running, or ended on the way.',
    remedy: 'Start it, or name another one by `builder`.',
  },
  'build-step-failed': {
    title: 'A command of the Dockerfile failed',
    cause: 'A RUN line ended with an error status. Its last lines of output are in the message.',
    remedy: 'Correct the command at the line named in the message.',
  },
  'build-failed': {
    title: 'The build engine ended with an error',
    cause: 'What the engine said last is in the message. An engine that ends with an error and says nothing has failed as well.',
    remedy: 'Read what the engine says in the message; run again with debug logging for all of it.',
  },
  'build-stage-missing': {
    title: 'The Dockerfile has no such stage',
    cause: '`target` names a stage that no FROM … AS line declares.',
    remedy: 'Name one of the stages of the Dockerfile.',
  },
  'base-image-missing': {
    title: 'An image that the Dockerfile starts from is not there',
    cause: 'The registry answered that it has no image of that name and tag, or hides it from whoever is not logged in.',
    remedy: 'Correct the name in the FROM line; give credentials when the image is private.',
  },
  'platform-unavailable': {
    title: 'The image cannot be built for one of the platforms',
    cause: 'A base image has no variant for the platform, or this machine cannot run its programs.',
    remedy: 'Take the platform out, choose another base, or set up emulation (docker/setup-qemu-action) or a builder of that platform.',
  },
  'disk-full': {
    title: 'The disk is full',
    cause: 'The engine could not write a layer: there is no space left where it keeps its images and cache.',
    remedy: 'Free space on the runner (`docker system prune`, fewer cached layers), or use a larger one.',
  },
  'signing-failed': {
    title: 'The image could not be signed',
    cause: 'cosign ended with an error. What it says is in the message. No tag was moved.',
    remedy: 'Read what cosign says; check key, password and, for `sign: keyless`, `id-token: write` of the job.',
  },
  'push-target-missing': {
    title: 'There is no registry to push to',
    cause: 'The image has no name with a registry, or an owner, in it.',
    remedy: 'Name it by `images`, such as ghcr.io/acme/shop.',
  },
} as const satisfies ReasonCodePages
