/** What the judge promises, and how much worse a canary may be. Everything has a default. */
export interface JudgeOptions {
  /** Alpha: the probability that a whole rollout of a canary that is no worse is ever rolled back by the comparison. 0 to 1, default 0.01. */
  readonly falseRollbacks?: number | undefined
  /** Beta: the probability that a step passes although the canary is worse than the step's margin. 0 to 1, default 0.05. */
  readonly falsePromotions?: number | undefined
  /** A canary is within tolerance while its failure rate is at most `ratio` x stable's + `absolute`. Defaults 1.1 and 0.001. */
  readonly tolerance?: { readonly ratio?: number | undefined; readonly absolute?: number | undefined } | undefined
  /**
   * Share of all users' requests that may fail because of the canary; a step at weight w proves a margin of harm / w, but never a
   * narrower one than `tolerance.absolute`. 0 to 1, default 0.001.
   */
  readonly harm?: number | undefined
  /** Failures of the canary without which there is no rollback by comparison. Default 3. */
  readonly minimumErrors?: number | undefined
  /** A regression may begin at any time, so the test restarts on every step and after this long. Milliseconds, default 300 000. */
  readonly restartEveryMs?: number | undefined
  /** Phi: variance of the split of failures relative to independent failures; failures in clumps of n have about n. 1 or more, default 1. */
  readonly overdispersion?: number | undefined
  /** Absolute guard: the failure share of ALL traffic above which the release goes back whatever the comparison says. 1 turns it off. Default 0.5. */
  readonly ceiling?: number | undefined
  /** Probability of a false alarm of the absolute guard. Default 0.001. */
  readonly ceilingFalseAlarms?: number | undefined
  /** The canary's weights that are planned, in percent; margins of promotion are prepared for these. */
  readonly weights?: readonly number[] | undefined
  /** What stable did before the rollout: gives the judge a better first guess, and a reference where no stable runs beside. */
  readonly history?: { readonly requests: number; readonly failures: number } | undefined
  readonly liveness?: LivenessOptions | undefined
}

export interface LivenessOptions {
  /** Chance below which "no request reached the canary" is no longer taken as luck. Default 0.0001. */
  readonly probability?: number | undefined
  /** The silence must last this long too, since weights need time to reach every proxy. Milliseconds, default 30 000. */
  readonly graceMs?: number | undefined
}

/** The options with every default filled in. */
export interface Settings {
  readonly falseRollbacks: number
  readonly falsePromotions: number
  readonly tolerance: { readonly ratio: number; readonly absolute: number }
  readonly harm: number
  readonly minimumErrors: number
  readonly restartEveryMs: number
  readonly overdispersion: number
  readonly ceiling: number
  readonly ceilingFalseAlarms: number
  readonly weights: readonly number[]
  readonly history: { readonly requests: number; readonly failures: number }
  readonly liveness: { readonly probability: number; readonly graceMs: number }
}

/**
 * Fills in the defaults.
 * @throws RangeError when an option is outside its range; the message names the option, the value and what is allowed
 */
export function settingsOf(options: JudgeOptions): Settings {
  const history = options.history ?? { requests: 0, failures: 0 }
  if (!(history.failures >= 0 && history.failures <= history.requests && Number.isFinite(history.requests))) {
    throw new RangeError(
      `history has ${history.failures} failures of ${history.requests} requests; failures must be from 0 to the requests`,
    )
  }
  return {
    falseRollbacks: within('falseRollbacks', options.falseRollbacks ?? 0.01, 0, 1),
    falsePromotions: within('falsePromotions', options.falsePromotions ?? 0.05, 0, 1),
    tolerance: {
      ratio: atLeast('tolerance.ratio', options.tolerance?.ratio ?? 1.1, 1),
      absolute: within('tolerance.absolute', options.tolerance?.absolute ?? 0.001, 0, 1, 'or 0'),
    },
    harm: within('harm', options.harm ?? 0.001, 0, 1),
    minimumErrors: atLeast('minimumErrors', options.minimumErrors ?? 3, 1),
    restartEveryMs: atLeast('restartEveryMs', options.restartEveryMs ?? 300_000, 1000),
    overdispersion: atLeast('overdispersion', options.overdispersion ?? 1, 1),
    ceiling: within('ceiling', options.ceiling ?? 0.5, 0, 1, 'or 1'),
    ceilingFalseAlarms: within('ceilingFalseAlarms', options.ceilingFalseAlarms ?? 0.001, 0, 1),
    weights: plannedWeights(options.weights ?? [1, 5, 10, 25, 50, 75]),
    history,
    liveness: {
      probability: within('liveness.probability', options.liveness?.probability ?? 1e-4, 0, 1),
      graceMs: atLeast('liveness.graceMs', options.liveness?.graceMs ?? 30_000, 0),
    },
  }
}

/** Rising, without 0 (where there is nothing to judge), and with 100, which every release ends at. */
function plannedWeights(weights: readonly number[]): readonly number[] {
  for (const weight of weights) {
    if (!(weight >= 0 && weight <= 100)) throw new RangeError(`weights holds ${weight}; a weight is from 0 to 100 percent`)
  }
  return [...new Set([...weights, 100])].filter((weight) => weight > 0).sort((a, b) => a - b)
}

function within(name: string, value: number, low: number, high: number, edge?: 'or 0' | 'or 1'): number {
  const inside = (value > low && value < high) || (edge === 'or 0' && value === low) || (edge === 'or 1' && value === high)
  if (!inside) throw new RangeError(`${name} is ${value}; it must be between ${low} and ${high}${edge === undefined ? '' : `, ${edge}`}`)
  return value
}

function atLeast(name: string, value: number, low: number): number {
  if (!(value >= low && Number.isFinite(value))) throw new RangeError(`${name} is ${value}; it must be ${low} or more`)
  return value
}
