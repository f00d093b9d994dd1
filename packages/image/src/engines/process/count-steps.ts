/** How many steps of the Dockerfile that make a layer there were, and how many of them came from the cache. */
export interface Steps {
  readonly all: number
  readonly cached: number
}

/** Counts in BuildKit's plain progress, where each step has a number: `#7 [build 2/3] RUN …`, later `#7 CACHED`. */
export class BuildKitSteps {
  readonly #steps = new Set<string>()
  readonly #cached = new Set<string>()

  hear(line: string): void {
    const [, number = '', text = ''] = /^#(\d+) (.*)$/.exec(line) ?? []
    // `[2/3] RUN`, `[build 2/3] RUN`, `[linux/arm64 build 2/3] RUN`; `[internal] …` is no step of the Dockerfile.
    if (/^\[(?:.* )?\d+\/\d+\] (?!FROM )/.test(text)) this.#steps.add(number)
    // A step of an imported cache is not called so; its layers are fetched.
    else if (text === 'CACHED' || /^sha256:[0-9a-f]{64} /.test(text)) this.#cached.add(number)
  }

  get steps(): Steps {
    return { all: this.#steps.size, cached: [...this.#steps].filter((number) => this.#cached.has(number)).length }
  }
}

/**
 * Counts in what buildah and Docker's classic builder say: `[1/2] STEP 2/3: COPY …` or `Step 2/3 : COPY …`, and below one that was in the
 * cache `--> Using cache …`.
 */
export class SpokenSteps {
  #all = 0
  #cached = 0
  #isLayer = false

  hear(line: string): void {
    const [, instruction] = /^(?:\[\S+\] )?STEP \d+\/\d+ ?: (\w+)/i.exec(line) ?? []
    if (instruction !== undefined) {
      this.#isLayer = ['RUN', 'COPY', 'ADD'].includes(instruction.toUpperCase())
      if (this.#isLayer) this.#all += 1
    } else if (this.#isLayer && /^\s*-+> Using cache/.test(line)) this.#cached += 1
  }

  get steps(): Steps {
    return { all: this.#all, cached: this.#cached }
  }
}
