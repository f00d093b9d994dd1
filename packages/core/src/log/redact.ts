/** Replaces secrets in text before it is shown or stored. Values shorter than four characters are left: masking them would shred every log. */
export class Redactor {
  readonly #secrets = new Set<string>()

  add(secret: string): void {
    for (const line of [secret, ...secret.split(/\r?\n/)]) if (line.length >= 4) this.#secrets.add(line)
  }

  redact(text: string): string {
    let shown = text
    // Longest first: a secret may contain another one.
    for (const secret of [...this.#secrets].toSorted((a, b) => b.length - a.length)) shown = shown.replaceAll(secret, '***')
    return shown
  }
}
