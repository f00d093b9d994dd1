import { eventLine } from '@deploy-kit/release'
import { endLine } from './words.ts'
import type { Screen } from './screen.ts'

/** Lines for logs and pipes. Looks that decide nothing are left out: there are two a second. */
export const plainScreen = (write: (line: string) => void): Screen => ({
  say: write,
  begin: ({ version, title }) => write(`\n${version}  ${title}`),
  event: (_scene, event) => {
    if (event.event.type === 'verdict' && event.event.verdict.kind === 'insufficient') return
    const line = eventLine(event)
    if (line !== undefined) write(`    ${line}`)
  },
  note: (_scene, text) => write(`    ${text}`),
  end: (release) => write(`    ${endLine(release)}`),
  close: () => undefined,
})
