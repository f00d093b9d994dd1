import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A program that is as fast as a scanner can be: it says a version, and copies a report to where it is wanted. */
export const replayingTrivy = async (directory: string, report: string): Promise<string> => {
  const program = join(directory, 'trivy')
  const script = `#!/bin/sh
if [ "$1" = --version ]; then echo 'Version: 0.73.0'; exit; fi
while [ "$1" != --output ]; do shift; done
cp ${JSON.stringify(report)} "$2"
`
  await writeFile(program, script)
  await chmod(program, 0o755)
  return program
}
