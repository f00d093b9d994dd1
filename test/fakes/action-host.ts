import { silentLogger, type ActionHost, type Logger } from '@deploy-kit/core'

/** A host in memory. It takes what the runner takes: an input that was not declared does not exist, and a step fails once. */
export class FakeHost implements ActionHost {
  readonly outputs: Record<string, string> = {}
  readonly saved: Record<string, string> = {}
  readonly masked: string[] = []
  readonly failures: string[] = []
  readonly log: Logger
  markdown = ''
  readonly run = { id: 'acme/shop/1', attempt: 1 }
  readonly temporaryDirectory: string = '/nowhere'
  readonly workspace: string = '/nowhere'
  readonly #inputs: Readonly<Record<string, string>>

  constructor(inputs: Readonly<Record<string, string>> = {}, log: Logger = silentLogger) {
    this.#inputs = inputs
    this.log = log
  }

  input(name: string): string {
    return this.#inputs[name] ?? ''
  }

  output(name: string, value: string): void {
    if (name in this.outputs) throw new Error(`output ${name} is set twice`)
    this.outputs[name] = value
  }

  readonly state = {
    read: (key: string): string => this.saved[key] ?? '',
    save: (key: string, value: string): void => void (this.saved[key] = value),
  }

  async summary(markdown: string): Promise<void> {
    this.markdown += markdown
  }

  secret(value: string): void {
    if (value === '') throw new Error('an empty text cannot be masked')
    this.masked.push(value)
  }

  redact(text: string): string {
    return this.masked.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
  }

  fail(message: string): void {
    if (this.failures.length > 0) throw new Error('a step fails once')
    this.failures.push(message)
  }
}
