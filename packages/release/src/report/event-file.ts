import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, type Logger } from '@deploy-kit/core'
import type { EventSink } from '@deploy-kit/rollout'
import { eventLine } from './event-line.ts'

/** Appends each event to a file as one JSON line. A full disk is reported once and stops nothing. */
export const eventFile = (file: string, log: Logger): EventSink => {
  let broken = false
  mkdirSync(dirname(file), { recursive: true })
  return (event) => {
    if (broken) return
    try {
      appendFileSync(file, `${JSON.stringify(event)}\n`)
    } catch (error) {
      broken = true
      log.warning(`The event log ${file} cannot be written: ${messageOf(error)}`)
    }
  }
}

/** Looks that say nothing new are told this often. */
const repeatMs = 10_000

/** Says each event in the log, with the seconds since the start; of looks that decide nothing, one now and then. */
export const eventLog = (log: Logger, startedAt: number): EventSink => {
  let lastUndecided = -repeatMs
  return (logged) => {
    const undecided = logged.event.type === 'verdict' && logged.event.verdict.kind === 'insufficient'
    if (undecided && logged.at - lastUndecided < repeatMs) return
    lastUndecided = undecided ? logged.at : -repeatMs
    const line = eventLine(logged)
    if (line !== undefined) log.info(`${((logged.at - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
  }
}

export const allOf =
  (...sinks: readonly EventSink[]): EventSink =>
  (event) =>
    sinks.forEach((sink) => sink(event))
