import type { ReasonCodePages } from './reason-code.ts'

export const recordsCodes = {
  'records-newer': {
    title: 'The records of the app were written by a newer deploy-kit',
    cause: 'The document in the target has a format that this version does not know. It is left as it is.',
    remedy: 'Use the version of deploy-kit that wrote it, or a newer one.',
  },
  'records-invalid': {
    title: 'The records of the app cannot be read',
    cause: 'The document `records` in the target was changed by hand or is damaged. It is left as it is.',
    remedy: 'Correct the field named in the message, or remove the document: the next release begins a new one.',
  },
  'rollback-target-missing': {
    title: 'There is no such release to return to',
    cause: 'No record in this environment fits what was asked for, or none is known to be good.',
    remedy: 'Choose one of the releases in the message by digest or record; `auto-rollback` with `mode: list` shows all.',
  },
  'rollback-target-ambiguous': {
    title: 'Several releases fit the beginning of a digest',
    cause: 'The digits given are the beginning of more than one digest of the records.',
    remedy: 'Give more digits of the digest, or the id of the record.',
  },
  'rollback-target-unverified': {
    title: 'The release to return to was never found good in this environment',
    cause: 'It was not promoted there, or neither a smoke test nor the judge looked at it.',
    remedy: 'Choose a release that was verified; the message lists them.',
  },
  'rollback-target-quarantined': {
    title: 'The release to return to was itself found bad in this environment',
    cause: 'Its newest record is a rollback, or an abort because of the version.',
    remedy: 'Choose another release, or release this one anew, so that it is checked again.',
  },
  'rollback-target-too-old': {
    title: 'The last known good release is older than allowed',
    cause: 'Its record is older than `max-age`; an old release may not fit the data and the neighbours of today.',
    remedy: 'Name it by its digest when it is the right one, or raise `max-age`.',
  },
} as const satisfies ReasonCodePages
