// Prints the help of the program, and of each command that is named, each behind a line of its own: deploy-kit writes help
// to standard output, so it is asked for in a process of its own (help-text.ts).
import { commandLine } from '../../actions/command-line.ts'

for (const command of ['', ...process.argv.slice(2)]) {
  process.stdout.write(`\f${command}\n`)
  await commandLine(command === '' ? ['--help'] : [command, '--help'])
}
