import { KitError } from '@deploy-kit/core'

/** Functions whose results are no counts any more: rates are extrapolated to fractions, and consecutive ones share their samples. */
const derived =
  /\b(rate|irate|increase|xrate|xincrease|delta|idelta|deriv|predict_linear|histogram_quantile|histogram_fraction|histogram_avg|avg|min|max|quantile|stddev|stdvar|topk|bottomk|\w+_over_time)\s*(?:(?:by|without)\s*\([^)]*\)\s*)?\(/
const range = /\[\s*\w+[^\]]*\]/

/**
 * Refuses a query whose result is not a raw counter, before anything is asked.
 * @throws KitError `config-invalid` naming the function, why it cannot be judged by, and what to write instead
 */
export const refuseDerived = (query: string, where: string): void => {
  // What stands in quotes is not code.
  const code = query.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, '""')
  const name = derived.exec(code)?.[1]
  if (name !== undefined)
    throw new KitError('config-invalid', `${where}: \`${name}()\` in \`${query}\` makes something else of the counter than a count.`, {
      remedy:
        'Give the raw counter, such as `http_requests_total{app="shop"}`: what was counted between two looks is found here, with restarts. ' +
        'rate() and increase() extrapolate to fractions, and looks at them share samples, so that no error rate could be promised.',
    })
  if (range.test(code))
    throw new KitError('config-invalid', `${where}: \`${query}\` selects a range.`, {
      remedy: 'Give the instant selector of the raw counter, without `[…]`.',
    })
  if (/[^<>=!~]\s*[/%]\s*[^=~]/.test(code))
    throw new KitError('config-invalid', `${where}: \`${query}\` divides. A ratio has no counts in it.`, {
      remedy: 'Give the two counters apart: `total` and `failed`.',
    })
}

/** Whether a query selects series as they are. A sum that falls has lost one of its parts, or all were restarted: nobody can tell. */
export const isPlainSelector = (query: string): boolean => /^\s*[a-zA-Z_:][\w:]*\s*(?:\{(?:"(?:\\.|[^"\\])*"|[^"{}])*\})?\s*$/.test(query)
