import { Command, InvalidArgumentError } from 'commander'
import { consoleLogger, parseDuration, systemClock } from '@deploy-kit/core'

/** Runs the edge of the local platform until it is told to stop. */
export const serveCommand = (): Command => {
  const command = new Command('serve')
    .description('run the local platform: a weighted proxy and a supervisor of versions on this machine')
    .option('--state <path>', 'directory of its state (default: ~/.deploy-kit/edge)')
    .option('--port <number>', 'port for users on 127.0.0.1, 0 for a free one', portOf, 8080)
    .option('--admin-port <number>', 'port of the admin API on 127.0.0.1, 0 for a free one', portOf, 7070)
    .option('--drain <duration>', 'how long requests under way may take when a version leaves (default: 30s)', durationOf)
  return command.action(async () => {
    const { closeOnSignals, serve } = await import('@deploy-kit/platforms/local-edge')
    const flags = command.opts<{ state?: string; port: number; adminPort: number; drain?: number }>()
    const log = consoleLogger()
    const edge = await serve({
      ...(flags.state !== undefined && { stateDir: flags.state }),
      port: flags.port,
      adminPort: flags.adminPort,
      ...(flags.drain !== undefined && { drainMs: flags.drain }),
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
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
}

const durationOf = (text: string): number => {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 30s.')
  return ms
}
