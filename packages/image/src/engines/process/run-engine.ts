import { patient, pauseMs, systemClock, systemRandom, type RetryPolicy } from '@deploy-kit/core'
import { supervise, type Finished } from '@deploy-kit/core/process'
import type { BuildPorts } from '../build-engine.ts'
import { classifyFailure, failureOf } from './classify-failure.ts'

/** A process of an engine. */
export interface EngineCommand {
  readonly argv: readonly [string, ...string[]]
  /** Added to the environment: values that must not stand in an argument vector. */
  readonly secretEnvironment?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly timeoutMs: number
  readonly onLine?: (line: string) => void
  /** Where in the Dockerfile it failed, by what was said, for an engine that names no line itself. */
  readonly placeOf?: (output: string) => Promise<string | undefined>
}

/** A registry that is busy gets three more tries, some seconds apart; what was built by then is in the engine's cache. */
export const buildRetries: RetryPolicy = { ...patient, retries: 3, firstPauseMs: 2_000, longestPauseMs: 20_000 }

/**
 * Runs a process of an engine to its good end. Any status other than 0 is an error, whatever was said or not said. When
 * what was said speaks of 429, 5xx or a broken connection it is started again, after a pause that is stretched at random.
 * @throws KitError with the code that `classifyFailure` finds; `tool-missing`, `tool-timeout`
 */
export const runEngine = async (command: EngineCommand, ports: BuildPorts): Promise<Finished> => {
  const { clock = systemClock, random = systemRandom, signal, log } = ports
  for (let attempt = 1; ; attempt += 1) {
    const finished = await askEngine(command, ports)
    if (finished.exitCode === 0) return finished
    const output = `${finished.stdout}\n${finished.stderr}`
    const error = failureOf(nameOf(command.argv), finished.exitCode, output, await command.placeOf?.(output))
    if (attempt > buildRetries.retries || !classifyFailure(output).transient) throw error
    const pause = retryAfterMs(output) ?? pauseMs(buildRetries, attempt, random)
    log.warning(
      `${error.code}: ${error.message} Try ${attempt + 1} of ${buildRetries.retries + 1} follows in ${Math.round(pause / 1000)} s.`,
    )
    await clock.sleep(pause, signal)
  }
}

/** Runs a process of an engine once, whatever its end. */
export const askEngine = (command: EngineCommand, ports: BuildPorts): Promise<Finished> => {
  const [tool, ...argv] = command.argv
  return supervise(tool, argv, {
    env: { ...(ports.environment ?? process.env), ...command.secretEnvironment },
    deadlineMs: command.timeoutMs,
    signal: ports.signal,
    ...(command.cwd !== undefined && { cwd: command.cwd }),
    ...(command.onLine !== undefined && { onLine: command.onLine }),
  })
}

/** Some registries say in the body of a 429 how long to wait, and engines repeat it. */
const retryAfterMs = (output: string): number | undefined => {
  const [, seconds] = /retry-after:? "?(\d{1,4})\b/i.exec(output) ?? []
  return seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, buildRetries.longestRetryAfterMs)
}

/** `docker buildx build` of its arguments. */
const nameOf = (argv: readonly string[]): string =>
  argv
    .slice(0, 3)
    .filter((word) => /^[\w./-]+$/.test(word) && !word.startsWith('-'))
    .join(' ')
