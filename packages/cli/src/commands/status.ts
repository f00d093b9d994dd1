import type { Command } from 'commander'
import { statusOf } from '@deploy-kit/release'
import { targetCommand, targetOf } from './target-options.ts'

export const statusCommand = (): Command => {
  const command = targetCommand('status', 'show who serves, with which weight, and who is releasing')
  command.option('--json', 'print one JSON document')
  return command.action(async () => {
    const { lines, json } = await statusOf(await targetOf(command))
    process.stdout.write(command.opts()['json'] === true ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`)
  })
}
