import type { ReasonCodePages } from './reason-code.ts'

export const platformCodes = {
  'canary-not-ready': {
    title: 'The new version did not become ready',
    cause: 'It crashed, could not be started, or did not answer its readiness check in time. No request was sent to it.',
    remedy: 'Read its last log lines in the message and release a corrected version.',
  },
  'canary-has-traffic': {
    title: 'The canary cannot be removed while it has traffic',
    cause: 'Its weight is above 0.',
    remedy: 'Shift its weight to 0 first; `auto-rollback` with `mode: reconcile` does so.',
  },
  'document-conflict': {
    title: 'A document in the target was changed by somebody else',
    cause: 'Its version is not the one that was read before.',
    remedy: 'Run again: what is there now is read first.',
  },
  'lease-required': {
    title: 'A change was asked for without holding the lease',
    cause: 'The platform takes changes only from the holder of the lease.',
    remedy: 'Release through deploy-kit; see who holds the lease with `deploy-kit status`.',
  },
  'platform-unreachable': {
    title: 'The platform could not be reached',
    cause: 'Its API did not answer, or refused the connection.',
    remedy: 'Check address, credentials and network; for the local platform start it with `deploy-kit serve`.',
  },
  'app-unknown': {
    title: 'The platform does not know the app',
    cause: 'No app of that name has been released there yet.',
    remedy: 'Check the name of the app; the first `deploy` creates it.',
  },
  'image-not-runnable': {
    title: 'The local platform cannot run the image',
    cause: 'The image has no command, or one that it does not hold.',
    remedy: 'Change what the message names, or release to a platform that runs containers.',
  },
  'port-taken': {
    title: 'A port of the local platform is in use',
    cause: 'Another program, or another edge, listens there.',
    remedy: 'End the other program, or choose another port; port 0 takes any free one.',
  },
  'edge-running': {
    title: 'An edge already runs with this state directory',
    cause: 'Two edges must not share their state.',
    remedy: 'Use the edge that runs, stop it, or give another state directory.',
  },
} as const satisfies ReasonCodePages
