/**
 * The pairs of a file command (GITHUB_OUTPUT, GITHUB_STATE), read as strictly as the runner reads them
 * (actions/runner, FileCommandManager.cs): a line that it would refuse fails the step, so here it throws.
 */
export const readFileCommands = (text: string): Readonly<Record<string, string>> => {
  const pairs: Record<string, string> = {}
  const lines = text.split('\n')
  while (lines.length > 0) {
    const line = lines.shift() ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      pairs[line.slice(0, equals)] = line.slice(equals + 1)
    } else if (heredoc > 0) {
      const delimiter = line.slice(heredoc + 2)
      const end = lines.indexOf(delimiter)
      if (delimiter === '' || end < 0) throw new Error(`Unable to process file command: matching delimiter not found '${delimiter}'`)
      pairs[line.slice(0, heredoc)] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n')
    } else {
      throw new Error(`Unable to process file command: invalid format '${line}'`)
    }
  }
  return pairs
}
