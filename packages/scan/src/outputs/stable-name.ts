import { basename } from 'node:path'
import { nameOf, parseReference } from '@deploy-kit/image'
import type { Subject } from '../subject.ts'

/** What is scanned under a name that stays: a tag, a digest or a directory of a runner in it makes thousands of dead alerts. */
export const stableName = (subject: Subject): string => {
  switch (subject.kind) {
    case 'image':
      return nameOf(parseReference(subject.reference))
    case 'layout':
    case 'filesystem':
    case 'configuration':
      return basename(subject.directory)
    case 'archive':
    case 'sbom':
      return basename(subject.file)
  }
}
