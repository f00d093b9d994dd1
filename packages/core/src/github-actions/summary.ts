/** GitHub drops the whole summary of a step that is larger than 1 MiB (runner, CreateStepSummaryCommand). */
export const summaryLimitBytes = 1024 * 1024
const notice = '\n\n_The rest of this summary was cut: GitHub shows at most 1 MiB a step._\n'

/** The Markdown cut at a line so that it fits beside what was written before. */
export const fitSummary = (markdown: string, writtenBytes: number): string => {
  const room = summaryLimitBytes - writtenBytes - 1
  if (Buffer.byteLength(markdown) <= room) return markdown
  const left = room - Buffer.byteLength(notice)
  if (left <= 0) return ''
  const cut = Buffer.from(markdown).subarray(0, left).toString('utf8')
  return cut.slice(0, cut.lastIndexOf('\n') + 1) + notice
}
