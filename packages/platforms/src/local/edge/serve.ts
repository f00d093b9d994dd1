import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AdminServer } from './admin/server.ts'
import { Apps } from './apps.ts'
import { RootfsStore } from './image/rootfs.ts'
import { Ports } from './process/free-port.ts'
import { ProcessTable } from './process/process-table.ts'
import { startIdentity } from './process/start-identity.ts'
import { withDefaults, type ServeOptions } from './settings.ts'
import { readEdge, refuseSecond, writeEdge } from './state/edge-file.ts'

/** An edge that runs. */
export interface Edge {
  /** Where the users of the first app are answered. */
  readonly url: string
  /** The address that the local platform is opened with. */
  readonly adminUrl: string
  /** Lets requests under way end, ends the processes, keeps the state. A second call waits for the first. */
  close(): Promise<void>
}

/**
 * Starts an edge, as it was when one ran with this state directory before: same ports, versions, weight and documents.
 * Resolves when its versions are ready, or will not be, and its ports are open.
 * @throws KitError `edge-running`, `port-taken`
 */
export const serve = async (options: ServeOptions = {}): Promise<Edge> => {
  const settings = withDefaults(options)
  const { stateDir, clock, log, graceMs } = settings
  await mkdir(stateDir, { recursive: true, mode: 0o700 })
  const stored = await readEdge(stateDir)
  await refuseSecond(stateDir, stored)

  const table = new ProcessTable(join(stateDir, 'processes.json'))
  await table.endOrphans(graceMs, clock, log)
  const images = new RootfsStore(join(stateDir, 'images'))
  const apps = await Apps.open({ settings, images, table, ports: new Ports(settings.random) }, stored?.firstApp)
  const admin = new AdminServer(apps, () => save({}))
  const identity = await startIdentity(process.pid)

  let port = settings.port || (stored?.port ?? 0)
  const adminPort = await admin.listen(settings.adminPort || (stored?.adminPort ?? 0))
  const save = (changes: { readonly isStopped?: true }): Promise<void> =>
    writeEdge(stateDir, {
      adminPort,
      port,
      ...(apps.firstApp !== undefined && { firstApp: apps.firstApp }),
      ...(identity !== undefined && changes.isStopped !== true && { running: { pid: process.pid, identity } }),
    })

  const stop = async (): Promise<void> => {
    await admin.close()
    await apps.close()
    await save({ isStopped: true })
    log.info('the edge has stopped')
  }
  try {
    await save({})
    await apps.restore()
    await images.prune(apps.digests())
    port = await apps.listen(port)
    await save({})
  } catch (error) {
    await stop()
    throw error
  }
  const edge = { url: `http://127.0.0.1:${port}`, adminUrl: `http://127.0.0.1:${adminPort}` }
  log.info(`the edge answers at ${edge.url}, its admin API at ${edge.adminUrl}`)
  let stopping: Promise<void> | undefined
  return { ...edge, close: () => (stopping ??= stop()) }
}
