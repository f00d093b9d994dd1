import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionDefinition } from '@deploy-kit/core'

export interface Ended {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts a built file as the runner does: every declared input set, the file commands there, nothing else inherited. */
export const startEntry = async (file: string, inputs: Readonly<Record<string, string>>): Promise<Ended> => {
  const folder = await mkdtemp(join(tmpdir(), 'deploy-kit-entry-'))
  try {
    const commands = Object.fromEntries(['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(folder, name)]))
    await Promise.all(Object.values(commands).map((path) => writeFile(path, '')))
    const child = spawn(process.execPath, [file], {
      env: { PATH: process.env['PATH'], RUNNER_TEMP: folder, GITHUB_WORKSPACE: folder, ...commands, ...inputVariables(inputs) },
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 20_000,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const exitCode = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
    return { exitCode, stdout, stderr }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The runner upper-cases names and leaves dashes (Handler.cs). */
const inputVariables = (inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]))

/** Inputs of a step whose user forgot what is required, or, where nothing is, mistyped an input that has a grammar. */
export const faultyInputs = (definition: ActionDefinition): Readonly<Record<string, string>> => {
  const inputs = Object.entries(definition.inputs)
  const given = Object.fromEntries(inputs.map(([name, spec]) => [name, spec.defaultText ?? '']))
  if (inputs.some(([, spec]) => spec.required)) return given
  const [strict] = inputs.find(([, spec]) => spec.choices !== undefined) ?? []
  if (strict === undefined) throw new Error(`${definition.name} has no input that can be wrong`)
  return { ...given, [strict]: 'no such choice' }
}
