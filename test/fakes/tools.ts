import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** One call of a program, and how it ends. */
export interface Scene {
  /** A word that must be among the arguments. */
  readonly call: string
  readonly stdout?: string
  readonly stderr?: string
  readonly exit?: number
  /** What it writes to the file of `--metadata-file`. */
  readonly metadata?: string
}

export interface Call {
  readonly argv: readonly string[]
  readonly secrets: Readonly<Record<string, string>>
}

/** A directory that is the whole PATH: these programs, each with the calls that its story has, and Node for them to run on. */
export class Tools {
  readonly path: string

  constructor(directory: string, stories: Readonly<Record<string, readonly Scene[]>>) {
    this.path = join(directory, 'bin')
    mkdirSync(this.path)
    symlinkSync(process.execPath, join(this.path, 'node'))
    symlinkSync('/usr/bin/env', join(this.path, 'env'))
    for (const [name, story] of Object.entries(stories)) {
      copyFileSync(resolve('test/fakes/tool.cjs'), join(this.path, name))
      chmodSync(join(this.path, name), 0o755)
      writeFileSync(join(this.path, `${name}.story.json`), JSON.stringify(story))
    }
  }

  calls(name: string): readonly Call[] {
    const file = join(this.path, `${name}.calls.jsonl`)
    if (!existsSync(file)) return []
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Call)
  }
}
