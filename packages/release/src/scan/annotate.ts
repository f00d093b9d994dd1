import type { ActionHost, Place } from '@deploy-kit/core'
import { describeFinding, type Finding, type Scanned, type ScanRequest } from '@deploy-kit/scan'

/** The runner keeps ten errors a step, and the failure itself is one of them. */
const annotations = 9
const logged = 50

/** Shows the worst of what fails at its place: in the Dockerfile for an image, else in the file that has it. */
export const annotate = ({ failing, places }: Scanned, { subject }: ScanRequest, { log }: ActionHost): void => {
  for (const finding of failing.slice(0, annotations)) log.error(describeFinding(finding), placeOf(finding, places, subject.kind))
  for (const finding of failing.slice(annotations, logged)) log.info(describeFinding(finding))
}

const placeOf = (finding: Finding, places: Scanned['places'], kind: ScanRequest['subject']['kind']): Place | undefined => {
  if (places !== undefined) return { file: places.file, line: places.lineOf(finding.layer) }
  if (kind !== 'filesystem' && kind !== 'configuration') return undefined
  const { line, target } = finding
  return line === undefined ? { file: target } : { file: target.replace(`:${line}`, ''), line }
}
