import { styleText } from 'node:util'
import type { Command } from 'commander'
import { reasonCodes } from '@deploy-kit/core'
import type { Finding } from '@deploy-kit/rollout'
import { examine } from '@deploy-kit/release'
import { settingsOf, targetCommand } from './target-options.ts'

/** `doctor`: what a release would find before it touches anything. */
export const doctorCommand = (exit: (status: number) => void): Command => {
  const command = targetCommand('doctor', 'look at the target as a release would, and say what stands against one')
  command.option('--json', 'print one JSON document')
  return command.action(async () => {
    const { settings, context } = await settingsOf(command)
    const findings = await examine(settings, context)
    const { app, environment } = settings
    if (command.opts()['json'] === true)
      process.stdout.write(`${JSON.stringify({ version: 1, kind: 'doctor', app, environment, findings: findings.map(complete) })}\n`)
    else process.stdout.write(`${linesOf(findings, `${app} in ${environment} (${context.platform.name})`).join('\n')}\n`)
    if (findings.some(({ severity }) => severity === 'error')) exit(1)
  })
}

/** With the remedy of the code's page where it has none of its own. */
const complete = (finding: Finding): Required<Finding> => ({ ...finding, remedy: finding.remedy ?? reasonCodes[finding.code].remedy })

const colours = { error: 'red', warning: 'yellow', advice: 'cyan' } as const

const linesOf = (findings: readonly Finding[], of: string): readonly string[] => [
  of,
  ...findings
    .map(complete)
    .flatMap(({ severity, code, message, remedy }) => [
      `${styleText(colours[severity], severity.padEnd(8), { stream: process.stdout })} ${code}`,
      `         ${message}`,
      `         ${styleText('dim', remedy, { stream: process.stdout })}`,
    ]),
  summary(findings),
]

const summary = (findings: readonly Finding[]): string => {
  const count = (severity: Finding['severity']): number => findings.filter((finding) => finding.severity === severity).length
  const rest = `${plural(count('warning'), 'warning')}, ${count('advice')} times advice`
  const errors = count('error')
  return errors === 0 ? `nothing stands against a release; ${rest}` : `${plural(errors, 'error')} would stop a release; ${rest}`
}

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
