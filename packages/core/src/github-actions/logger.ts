import * as actions from '@actions/core'
import type { Logger, Place } from '../log/logger.ts'
import type { Redactor } from '../log/redact.ts'

/** The runner keeps ten annotations of a kind per step and cuts each at 4,096 characters (ExecutionContext.cs). */
const annotationsPerKind = 10
const annotationLength = 4096

/** The actions face of the logger: workflow commands, with the annotations kept within what GitHub keeps. */
export const actionsLogger = (redactor: Redactor): Logger => {
  const annotate = (kind: 'notice' | 'warning' | 'error', command: typeof actions.notice) => {
    let used = 0
    return (message: string, place?: Place): void => {
      const text = redactor.redact(message)
      used += 1
      if (used > annotationsPerKind) actions.info(inertLines(`${kind}: ${text}`))
      else command(text.slice(0, annotationLength), properties(place))
    }
  }
  return {
    debug: (message) => actions.debug(redactor.redact(message)),
    info: (message) => actions.info(inertLines(redactor.redact(message))),
    notice: annotate('notice', actions.notice),
    warning: annotate('warning', actions.warning),
    error: annotate('error', actions.error),
    group: (title, body) => actions.group(redactor.redact(title), body),
  }
}

/**
 * The runner takes every printed line that begins with `::`, or that holds `##[`, for a command (ActionCommand.cs). What is
 * said here may come from outside, so a space of no width keeps it from being one.
 */
const inertLines = (text: string): string => text.replace(/^(\s*):(?=:)/gm, '$1:\u200B').replaceAll('##[', '##\u200B[')

const properties = (place: Place | undefined): actions.AnnotationProperties =>
  place === undefined
    ? {}
    : {
        file: place.file,
        ...(place.line !== undefined && { startLine: place.line }),
        ...(place.column !== undefined && { startColumn: place.column }),
      }
