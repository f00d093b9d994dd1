/** Reads a file of file commands as the runner does: `key=value`, or `key<<delimiter`, lines, delimiter (FileCommandManager.cs). */
export const readFileCommands = (text: string): Readonly<Record<string, string>> => {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (heredoc >= 0 && (equals < 0 || heredoc < equals)) {
      const delimiter = line.slice(heredoc + 2)
      const close = lines.indexOf(delimiter, index + 1)
      if (close < 0) throw new Error(`Unable to process file command: no ${delimiter} closes ${line}`)
      values[line.slice(0, heredoc)] = lines.slice(index + 1, close).join('\n')
      index = close
    } else if (equals >= 0) values[line.slice(0, equals)] = line.slice(equals + 1)
    else throw new Error(`Unable to process file command: ${line}`)
  }
  return values
}
