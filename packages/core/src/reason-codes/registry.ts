import type { ReasonCodePages } from './reason-code.ts'

export const registryCodes = {
  'registry-denied': {
    title: 'The registry refused access',
    cause: 'The credentials are missing, wrong, or not allowed to read or write the repository.',
    remedy: 'Give credentials that may; for ghcr.io the job needs `packages: write`.',
  },
  'registry-not-found': {
    title: 'The registry does not have what was asked for',
    cause: 'There is no such repository, tag or digest, or it is hidden from whoever is not logged in.',
    remedy:
      'Correct the name, or give credentials when the image is private. Some registries, such as ECR, want a repository made before the first push.',
  },
  'registry-rate-limited': {
    title: 'The registry answered that there were too many requests',
    cause: 'The limit for this address or account is used up, also after several tries.',
    remedy: 'Log in, so that the limit of the account counts, or use a mirror; run again later.',
  },
  'registry-unavailable': {
    title: 'The registry could not be reached, or answered with an error of its own',
    cause: 'The connection failed, or the answer was a status of 500 and more, also after several tries.',
    remedy: 'Look at the state of the registry and the network, then run again.',
  },
  'registry-refused': {
    title: 'The registry does not take a request',
    cause: 'The registry answered with a status that neither credentials nor a retry will change.',
    remedy: 'Read the answer in the message: it says what the registry does not take.',
  },
  'registry-content-invalid': {
    title: 'What a registry sent is not what its digest says',
    cause: 'The content was changed on the way or in the registry, or the registry counts digests in another way.',
    remedy: 'Do not use the image. Push it again, and look for a proxy between runner and registry that changes answers.',
  },
  'registry-login-failed': {
    title: 'Credentials for a registry could not be had',
    cause:
      'The exchange of an identity token for credentials was refused, a credential helper failed, or a Docker configuration cannot be read.',
    remedy: 'Read the answer in the message; check role, trust policy and permissions, such as `id-token: write` of the job.',
  },
} as const satisfies ReasonCodePages
