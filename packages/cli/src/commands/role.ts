import type { Command } from 'commander'
import { KitError } from '@deploy-kit/core'
import { targetCommand, targetOf } from './target-options.ts'

/** `role`: what the user of deploy-kit must be allowed to do in the target, for an administrator to apply. */
export const roleCommand = (): Command => {
  const command = targetCommand('role', 'print the least role that a release of this configuration needs, as YAML for kubectl')
  return command.action(async () => {
    const { platform } = await targetOf(command)
    const text = await platform.permissions?.(new AbortController().signal)
    if (text === undefined)
      throw new KitError('input-invalid', `The platform ${platform.name} has no roles.`, { remedy: 'Nothing has to be granted there.' })
    process.stdout.write(text)
  })
}
