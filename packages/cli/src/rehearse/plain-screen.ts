import { eventLine } from '@deploy-kit/release'
import type { Screen } from './screen.ts'
import { endLine } from './words.ts'

/** Lines for logs and pipes. Of the looks, of which there are two a second, the first of each verdict is told. */
export const plainScreen = (write: (line: string) => void): Screen => {
  let lastVerdict: string | undefined
  return {
    say: write,
    begin: ({ version, title }) => write(`\n${version}  ${title}`),
    event: (_scene, event) => {
      const verdict = event.event.type === 'verdict' ? `${event.weight} ${event.phase} ${event.event.verdict.kind}` : undefined
      const repeated = verdict !== undefined && (verdict === lastVerdict || verdict.endsWith('insufficient'))
      lastVerdict = verdict ?? lastVerdict
      const line = repeated ? undefined : eventLine(event)
      if (line !== undefined) write(`    ${line}`)
    },
    note: (_scene, text) => write(`    ${text}`),
    end: (release) => write(`    ${endLine(release)}`),
    close: () => undefined,
  }
}
