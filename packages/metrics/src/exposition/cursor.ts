const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' }

/** Reads one line from left to right. Used for exposition lines and for selectors, which share names and quoted strings. */
export class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get done(): boolean {
    return this.at >= this.text.length
  }

  skipBlanks(): void {
    while (this.text[this.at] === ' ' || this.text[this.at] === '\t') this.at += 1
  }

  /** Takes `wanted` when it comes next. */
  takes(wanted: string): boolean {
    if (!this.text.startsWith(wanted, this.at)) return false
    this.at += wanted.length
    return true
  }

  expect(wanted: string): void {
    if (!this.takes(wanted)) throw this.fault(`expected \`${wanted}\``)
  }

  /** Takes what the sticky pattern matches here. */
  match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) throw this.fault(`expected ${what}`)
    this.at += found.length
    return found
  }

  /** A string in double quotes, with the escapes of the exposition format: `\\`, `\"`, `\n`. Any other backslash stands for itself. */
  quoted(): string {
    this.expect('"')
    let value = ''
    for (;;) {
      const next = this.text[this.at]
      if (next === undefined) throw this.fault('the quoted string does not end')
      this.at += 1
      if (next === '"') return value
      const escaped = next === '\\' ? escapes[this.text[this.at] ?? ''] : undefined
      if (escaped !== undefined) this.at += 1
      value += escaped ?? next
    }
  }

  fault(problem: string): SyntaxError {
    const rest = this.text.slice(this.at, this.at + 40)
    return new SyntaxError(`${problem} at column ${this.at + 1}${rest === '' ? ', found the end' : `, found \`${rest}\``}`)
  }
}
