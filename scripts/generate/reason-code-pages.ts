import { reasonCodes, table, type ReasonCodePage } from '@deploy-kit/core'
import type { GeneratedFile } from './generated-file.ts'

export const reasonCodeFolder = 'docs/reason-codes'

/** A page for each reason code, and their index. */
export const reasonCodePages = (): readonly GeneratedFile[] => {
  const codes: readonly (readonly [string, ReasonCodePage])[] = Object.entries(reasonCodes).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [
    {
      path: `${reasonCodeFolder}/README.md`,
      text: [
        '# Reason codes',
        'Every action ends with one of these in its output `reason-code`. They are stable: scripts may compare them.',
        table(
          ['Code', 'What happened'],
          codes.map(([code, page]) => [`[\`${code}\`](${code}.md)`, page.title]),
        ),
        `${notice}\n`,
      ].join('\n\n'),
    },
    ...codes.map(([code, page]) => ({
      path: `${reasonCodeFolder}/${code}.md`,
      text: [
        `# ${code}`,
        `${page.title}.`,
        '## Why',
        page.cause,
        '## What to do',
        page.remedy,
        `[All reason codes](README.md)`,
        `${notice}\n`,
      ].join('\n\n'),
    })),
  ]
}

const notice = '<!-- Generated from packages/core/src/reason-codes. Change those and run `npm run generate`. -->'
