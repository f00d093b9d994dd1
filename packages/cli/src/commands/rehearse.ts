import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { styleText } from 'node:util'
import { Command } from 'commander'

/** Rehearses a whole release on this machine: `npm start`. */
export const rehearseCommand = (exit: (status: number) => void): Command => {
  const command = new Command('rehearse')
    .description('rehearse whole releases on this machine: a good one, a bad one, a killed one')
    .option('--json', 'print the result as one JSON document on standard output')
    .option('--sample <path>', 'the sample application (default: examples/shop of this checkout)')
  return command.action(async () => {
    const { json, sample } = command.opts<{ json?: true; sample?: string }>()
    const dist = dirname(dirname(realpathSync(process.argv[1] ?? '')))
    const [{ rehearse }, { closingLines }] = await Promise.all([import('../rehearse/rehearse.ts'), import('../rehearse/words.ts')])
    const stream = json === true ? process.stderr : process.stdout
    const screen = await screenFor(stream)
    const result = await rehearse({ dist, sample: sample ?? join(dist, '..', 'examples', 'shop'), screen }).finally(() => screen.close())
    if (json === true) process.stdout.write(`${JSON.stringify(result)}\n`)
    else for (const line of closingLines(result)) stream.write(`${line}\n`)
    if (!result.ok && json !== true) stream.write(`${styleText('red', 'The rehearsal did not go as it should.')}\n`)
    exit(result.ok ? 0 : 1)
  })
}

/** A terminal gets a table that lives; a log or a pipe gets lines. */
const screenFor = async (stream: NodeJS.WriteStream) => {
  if (stream.isTTY) return (await import('../rehearse/live-screen.ts')).liveScreen(stream)
  return (await import('../rehearse/plain-screen.ts')).plainScreen((line) => stream.write(`${line}\n`))
}
