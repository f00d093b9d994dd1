import { invalid, unsupported, type Place } from './place.ts'

export interface Scope {
  readonly variables: ReadonlyMap<string, string>
  readonly escape: string
  readonly place: Place
}

const name = /^[A-Za-z_][A-Za-z0-9_]*/

/**
 * A word with its variables replaced and its quotes taken off, by the rules of BuildKit's shell lexer
 * (frontend/dockerfile/shell/lex.go): no variable inside single quotes; inside double quotes only `"`, `$` and the escape
 * character can be escaped; a variable that is not set is empty. Known forms: $X ${X} ${X:-w} ${X-w} ${X:+w} ${X+w} ${X:?w} ${X?w}.
 * @throws KitError `dockerfile-invalid`, `dockerfile-unsupported`
 */
export const expand = (word: string, scope: Scope): string => new Expansion(word, scope).run()

class Expansion {
  readonly #text: string
  readonly #scope: Scope
  #at = 0

  constructor(text: string, scope: Scope) {
    this.#text = text
    this.#scope = scope
  }

  run(): string {
    return this.#until('')
  }

  #until(stop: string): string {
    let result = ''
    while (this.#at < this.#text.length) {
      const char = this.#next()
      if (char === stop) return result
      if (char === "'") result += this.#single()
      else if (char === '"') result += this.#double()
      else if (char === '$') result += this.#variable()
      else if (char === this.#scope.escape) result += this.#next()
      else result += char
    }
    if (stop !== '') throw this.#openBrace()
    return result
  }

  #next(): string {
    const char = this.#text.charAt(this.#at)
    this.#at += 1
    return char
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at)
    if (end === -1) throw this.#openQuote("'")
    const inside = this.#text.slice(this.#at, end)
    this.#at = end + 1
    return inside
  }

  #double(): string {
    let result = ''
    while (this.#at < this.#text.length) {
      const char = this.#next()
      if (char === '"') return result
      if (char === '$') result += this.#variable()
      else if (char === this.#scope.escape) {
        const escaped = this.#next()
        result += ['"', '$', this.#scope.escape].includes(escaped) ? escaped : char + escaped
      } else result += char
    }
    throw this.#openQuote('"')
  }

  #variable(): string {
    if (this.#text.charAt(this.#at) === '{') {
      this.#at += 1
      return this.#braced()
    }
    const found = this.#name()
    return found === undefined ? '$' : (this.#value(found) ?? '')
  }

  #braced(): string {
    const found = this.#name()
    if (found === undefined) throw invalid(this.#scope.place, `\`${this.#text}\` has a \`\${\` without the name of a variable.`)
    const value = this.#value(found)
    const first = this.#next()
    if (first === '}') return value ?? ''
    if (first === '') throw this.#openBrace()
    const operator = first === ':' ? this.#next() : first
    if (!['-', '+', '?'].includes(operator)) throw unsupported(this.#scope.place, `the substitution in \`${this.#text}\``)
    const word = this.#until('}')
    // With a colon, an empty variable counts as one that is not set.
    const isSet = first === ':' ? value !== undefined && value !== '' : value !== undefined
    if (operator === '+') return isSet ? word : ''
    if (isSet) return value ?? ''
    if (operator === '-') return word
    throw invalid(this.#scope.place, `The variable \`${found}\` is not set${word === '' ? '' : `: ${word}`}. Give it as a build argument.`)
  }

  #name(): string | undefined {
    const found = name.exec(this.#text.slice(this.#at))?.[0]
    this.#at += found?.length ?? 0
    return found
  }

  #value(variable: string): string | undefined {
    return this.#scope.variables.get(variable)
  }

  #openBrace(): Error {
    return invalid(this.#scope.place, `\`${this.#text}\` has a \`\${\` without its \`}\`.`)
  }

  #openQuote(quote: string): Error {
    return invalid(this.#scope.place, `\`${this.#text}\` has a ${quote} without its end.`)
  }
}
