import type { ActionResult, Json } from '@deploy-kit/core'
import type { BuildPlan, EngineUsed } from '@deploy-kit/image'
import type { DescribedBuild } from './described-build.ts'
import type { BuildOutputs } from './inputs.ts'

/** What a dry run shows: for people as lines, and as the result. */
export interface PlanReport {
  readonly lines: readonly string[]
  readonly result: ActionResult<BuildOutputs>
}

export const planReport = ({ naming, request }: DescribedBuild, plan: BuildPlan & { readonly engine: EngineUsed }): PlanReport => {
  const { contents, engine, commands, platforms } = plan
  const described =
    contents === undefined ? [] : [`base ${contents.base}`, ...contents.instructions, `${contents.files} files, ${contents.bytes} bytes`]
  const lines = [
    `engine ${engine.name} ${engine.version}`,
    ...engine.lacks,
    `platforms ${platforms.join(', ')}`,
    ...naming.references.map((tag) => `tag ${tag}`),
    ...Object.entries(naming.labels).map(([name, value]) => `label ${name}=${value}`),
    ...described,
    ...commands.map((argv) => argv.map(quoted).join(' ')),
  ]
  const result: Json = {
    version: 1,
    kind: 'build-plan',
    engine: engine.name,
    platforms,
    names: naming.names,
    tags: naming.references,
    labels: naming.labels,
    annotations: naming.annotations,
    push: request.destination.kind === 'registry',
    commands,
    lines,
  }
  return {
    lines,
    result: { ok: true, outcome: 'planned', reasonCode: 'ok', reason: 'This was a dry run: nothing was built.', result, outputs: {} },
  }
}

/** As one would type it. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)
