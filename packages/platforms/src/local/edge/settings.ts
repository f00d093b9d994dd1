import { homedir } from 'node:os'
import { join } from 'node:path'
import { silentLogger, systemClock, systemRandom, type Clock, type Logger, type Random } from '@deploy-kit/core'
import { defaultAdminPort } from '../protocol.ts'

export interface ServeOptions {
  /** Where the edge keeps what it must not forget: apps, documents, unpacked images, logs. */
  readonly stateDir?: string
  /** Port for the users of the first app, on 127.0.0.1; 0 takes a free one, and the same again after a restart. Default 8080. */
  readonly port?: number
  /** Port of the admin API, on 127.0.0.1; 0 as above. Default 7070. */
  readonly adminPort?: number
  /** How long requests under way may take when a version leaves or the edge stops, in milliseconds. Default 30 s. */
  readonly drainMs?: number
  /** How long a process may take to end after SIGTERM, in milliseconds. Default 10 s. */
  readonly graceMs?: number
  readonly log?: Logger
  readonly clock?: Clock
  readonly random?: Random
}

export type EdgeSettings = Required<ServeOptions>

export const withDefaults = (options: ServeOptions): EdgeSettings => ({
  stateDir: options.stateDir ?? join(homedir(), '.deploy-kit', 'edge'),
  port: options.port ?? 8080,
  adminPort: options.adminPort ?? defaultAdminPort,
  drainMs: options.drainMs ?? 30_000,
  graceMs: options.graceMs ?? 10_000,
  log: options.log ?? silentLogger,
  clock: options.clock ?? systemClock,
  random: options.random ?? systemRandom,
})
