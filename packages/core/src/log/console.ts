import { styleText } from 'node:util'
import type { Logger } from './logger.ts'

/** The console face: progress and results for people on standard error, so that standard output stays for data. */
export const consoleLogger = (options: { readonly debug?: boolean; readonly stream?: NodeJS.WriteStream } = {}): Logger => {
  const stream = options.stream ?? process.stderr
  const say = (text: string): void => void stream.write(`${text}\n`)
  const paint = (colour: 'yellow' | 'red' | 'cyan' | 'dim', text: string): string => styleText(colour, text, { stream })
  return {
    debug: (message) => (options.debug === true ? say(paint('dim', message)) : undefined),
    info: (message) => say(message),
    notice: (message) => say(paint('cyan', message)),
    warning: (message) => say(`${paint('yellow', 'warning:')} ${message}`),
    error: (message) => say(`${paint('red', 'error:')} ${message}`),
    group: async (title, body) => {
      say(paint('cyan', title))
      return body()
    },
  }
}
