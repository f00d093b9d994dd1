import { table, inert, type ActionResult, type Json } from '@deploy-kit/core'

/** What became of one stage of the pipeline. */
export interface StageEnd {
  readonly name: 'build' | 'scan' | 'publish' | 'deploy'
  readonly outcome: string
  readonly reason: string
}

/** Runs stages one after the other and remembers how each ended; the first that is not green is the last. */
export class Stages {
  readonly ends: StageEnd[] = []
  readonly #summaries: string[] = []

  async run<O extends string>(name: StageEnd['name'], stage: () => Promise<ActionResult<O>>): Promise<ActionResult<O>> {
    const result = await stage()
    this.ends.push({ name, outcome: result.outcome, reason: result.reason })
    if (result.summary !== undefined) this.#summaries.push(result.summary)
    return result
  }

  skip(name: StageEnd['name'], reason: string): void {
    this.ends.push({ name, outcome: 'not-run', reason })
  }

  json(): Json {
    return this.ends.map((end) => ({ ...end }))
  }

  summary(): string {
    const overview = table(
      ['stage', 'outcome', ''],
      this.ends.map(({ name, outcome, reason }) => [name, outcome, inert(reason)]),
    )
    return [overview, ...this.#summaries].join('\n\n')
  }
}
