import { Command } from 'commander'
import { consoleLogger, parseDuration, systemClock } from '@deploy-kit/core'

/** Runs the edge of the local platform until it is told to stop. */
export const serveCommand = (): Command => {
  const command = new Command('serve')
    .description('run the local platform: a weighted proxy and a supervisor of versions on this machine')
    .option('--state <path>', 'directory of its state (default: ~/.deploy-kit/edge)')
    .option('--port <number>', 'port for users on 127.0.0.1, 0 for a free one', '8080')
    .option('--admin-port <number>', 'port of the admin API on 127.0.0.1, 0 for a free one', '7070')
    .option('--drain <duration>', 'how long requests under way may take when a version leaves', '30s')
  return command.action(async () => {
    const { closeOnSignals, serve } = await import('@deploy-kit/platforms/local-edge')
    const flags = command.opts<{ state?: string; port: string; adminPort: string; drain: string }>()
    const log = consoleLogger()
    const drainMs = parseDuration(flags.drain)
    const edge = await serve({
      ...(flags.state !== undefined && { stateDir: flags.state }),
      port: portOf(flags.port),
      adminPort: portOf(flags.adminPort),
      ...(drainMs !== undefined && { drainMs }),
      log,
      clock: systemClock,
    })
    // Whoever started the edge reads its addresses from here.
    process.stdout.write(`${JSON.stringify({ url: edge.url, admin: edge.adminUrl, pid: process.pid })}\n`)
    await closeOnSignals(edge)
  })
}

const portOf = (text: string): number => {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new RangeError(`${text} is not a port: a whole number from 0 to 65535`)
}
