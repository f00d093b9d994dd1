/** Cuts a stream of text into lines, whatever pieces it comes in. */
export class Lines {
  readonly #hear: (line: string) => void
  #open = ''

  constructor(hear: (line: string) => void) {
    this.#hear = hear
  }

  push(text: string): void {
    const lines = (this.#open + text).split(/\r?\n/)
    this.#open = lines.pop() ?? ''
    for (const line of lines) this.#hear(line)
  }

  /** The last line, when no line end followed it. */
  end(): void {
    if (this.#open !== '') this.#hear(this.#open)
    this.#open = ''
  }
}
