/** Text that is markup. Only `html` makes it, so whatever else comes into a page is escaped. */
export class Markup {
  readonly #text: string

  constructor(proof: typeof made, text: string) {
    if (proof !== made) throw new TypeError('markup is made by `html` alone')
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** Known in this file alone, so that nothing else can call text markup. */
const made = Symbol('html')

/** What may stand in a template; undefined stands for nothing. */
export type Content = Markup | string | number | undefined | readonly Content[]

/**
 * A template whose values are escaped unless they are markup themselves. Values may stand in text and in attributes with
 * quotes; none in a tag name, a script, a style or an address: there escaping would not be enough.
 */
export const html = (texts: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(made, texts.map((text, index) => (index === 0 ? text : escaped(values[index - 1]) + text)).join(''))

const escaped = (value: Content): string => {
  if (value === undefined) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'string') return value.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(escaped).join('')
  throw new TypeError(`a template cannot hold ${JSON.stringify(value)}`)
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
