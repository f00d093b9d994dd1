/**
 * Splits at white space outside quotes; quotes and escapes stay in the words, for expand() to take them off
 * (BuildKit: parseWords in frontend/dockerfile/parser/line_parsers.go).
 */
export const splitWords = (text: string, escape: string): string[] => {
  const words: string[] = []
  let word = ''
  let quote = ''
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i)
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') words.push(word)
      word = ''
      continue
    }
    word += char
    if (char === escape && quote !== "'" && i + 1 < text.length) {
      i += 1
      word += text.charAt(i)
    } else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
  }
  return word === '' ? words : [...words, word]
}

/** The strings of a JSON array, or undefined when the text is no such array: then it is taken as a shell command or as words. */
export const jsonStrings = (text: string): string[] | undefined => {
  if (!text.startsWith('[')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
