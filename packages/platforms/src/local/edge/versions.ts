import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrepareBody } from '../protocol.ts'
import { commandOf } from './image/command.ts'
import type { RootfsStore } from './image/rootfs.ts'
import type { VersionMetrics } from './metrics/version-metrics.ts'
import type { Ports } from './process/free-port.ts'
import { digestVariable } from './process/instance.ts'
import type { ProcessTable } from './process/process-table.ts'
import { Replica } from './process/replica.ts'
import type { EdgeSettings } from './settings.ts'
import { Version } from './version.ts'

/** What versions are made with. */
export interface Workshop {
  readonly settings: EdgeSettings
  readonly images: RootfsStore
  readonly table: ProcessTable
  readonly ports: Ports
}

/** Directory of an app's log files, one per version and replica. */
export const logDirectory = (stateDir: string, app: string): string => join(stateDir, 'logs', app)

export const logName = (digest: string, replica: number): string =>
  `${digest.slice('sha256:'.length, 'sha256:'.length + 16)}-${replica}.log`

/** A version that unpacks its image and starts its replicas when it is told to. */
export const makeVersion = (workshop: Workshop, app: string, body: PrepareBody, metrics: VersionMetrics): Version => {
  const { release, settings, attempt } = body
  const { clock, log, stateDir } = workshop.settings
  const makeReplicas = async (): Promise<Replica[]> => {
    const image = await workshop.images.get(release)
    const logs = logDirectory(stateDir, app)
    await mkdir(logs, { recursive: true, mode: 0o700 })
    return Array.from(
      { length: settings.replicas },
      (_, index) =>
        new Replica({
          name: `${app} ${release.version ?? release.digest.slice(0, 19)}, replica ${index + 1}`,
          index,
          commandFor: (port) => commandOf(image, release, { PORT: String(port), [digestVariable]: release.digest }),
          readiness: { path: settings.readiness, withinMs: settings.readyWithinMs },
          logFile: join(logs, logName(release.digest, index)),
          table: workshop.table,
          ports: workshop.ports,
          clock,
          log,
        }),
    )
  }
  return new Version({ release, settings, attempt, metrics, makeReplicas, clock })
}
