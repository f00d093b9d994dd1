import { userInfo } from 'node:os'
import { InvalidArgumentError, type Command } from 'commander'
import { decideStep } from '@deploy-kit/release'
import { targetCommand, targetOf } from './target-options.ts'

/** `approve` and `reject`: the answer to a step that waits for one. */
export const approveCommands = (): readonly Command[] =>
  (['approved', 'rejected'] as const).map((decision) => {
    const name = decision === 'approved' ? 'approve' : 'reject'
    const command = targetCommand(name, `${name} the step that a rollout waits at`)
    command.argument('<step>', 'number of the step, as the plan shows it', stepNumber)
    return command.action(async (step: number) => {
      const { platform, signal } = await targetOf(command)
      await decideStep(platform.documents, step - 1, decision, userInfo().username, signal)
      process.stdout.write(`step ${step} ${decision}\n`)
    })
  })

const stepNumber = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('A step is a number from 1.')
  return Number(text)
}
