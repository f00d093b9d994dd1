import type { Arg, Assignment, Command, Copy, From, Instruction, Operation } from './instruction.ts'
import type { LogicalLine } from './logical-lines.ts'
import { invalid, type Place } from './place.ts'
import { jsonStrings, splitWords } from './words.ts'

/** Instructions that other engines carry out. */
const others = new Set(['RUN', 'ADD', 'HEALTHCHECK', 'VOLUME', 'SHELL', 'STOPSIGNAL', 'ONBUILD', 'MAINTAINER'])

/** @throws KitError `dockerfile-invalid` for what every engine refuses */
export const parseInstruction = ({ text, place }: LogicalLine, escape: string): Instruction => {
  const [keyword = ''] = text.split(/\s/, 1)
  const rest = text.slice(keyword.length).trim()
  if (rest === '') throw invalid(place, `${keyword.toUpperCase()} has no arguments.`)
  const operation = parseOperation(keyword.toUpperCase(), rest, escape, place)
  return { ...operation, place, text: `${keyword.toUpperCase()} ${rest.replace(/\s+/g, ' ')}` }
}

const parseOperation = (keyword: string, rest: string, escape: string, place: Place): Operation => {
  switch (keyword) {
    case 'FROM':
      return parseFrom(rest, place)
    case 'ARG':
      return parseArg(splitWords(rest, escape), place)
    case 'COPY':
      return parseCopy(rest, place)
    case 'ENV':
      return { kind: 'env', assignments: parseAssignments('ENV', rest, escape, place) }
    case 'LABEL':
      return { kind: 'label', assignments: parseAssignments('LABEL', rest, escape, place) }
    case 'WORKDIR':
      return { kind: 'workdir', path: rest }
    case 'USER':
      return { kind: 'user', user: rest }
    case 'EXPOSE':
      return { kind: 'expose', ports: rest.split(/\s+/) }
    case 'ENTRYPOINT':
      return { kind: 'entrypoint', command: parseCommand(rest) }
    case 'CMD':
      return { kind: 'cmd', command: parseCommand(rest) }
    default:
      if (others.has(keyword)) return { kind: 'unsupported', what: keyword }
      throw invalid(place, `\`${keyword}\` is not an instruction.`)
  }
}

const parseFrom = (rest: string, place: Place): From => {
  const { flags, words } = splitFlags(rest)
  const [base, as, name, ...more] = words.split(/\s+/)
  const named = as === undefined || (as.toUpperCase() === 'AS' && name !== undefined && /^[a-zA-Z][\w.-]*$/.test(name))
  if (base === undefined || base === '' || !named || more.length > 0)
    throw invalid(place, `FROM takes an image, or an image \`AS\` a name; this is \`${rest}\`.`)
  return { kind: 'from', base, as: name?.toLowerCase(), flags }
}

const parseArg = (words: readonly string[], place: Place): Arg => ({
  kind: 'arg',
  arguments: words.map((word) => {
    const equals = word.indexOf('=')
    const name = equals === -1 ? word : word.slice(0, equals)
    if (!/^[A-Za-z_]\w*$/.test(name)) throw invalid(place, `\`${name}\` is not the name of a build argument.`)
    return { name, default: equals === -1 ? undefined : word.slice(equals + 1) }
  }),
})

const parseCopy = (rest: string, place: Place): Copy | { readonly kind: 'unsupported'; readonly what: string } => {
  const { flags, words } = splitFlags(rest)
  const paths = jsonStrings(words) ?? words.split(/\s+/)
  const destination = paths.at(-1)
  if (destination === undefined || paths.length < 2) throw invalid(place, 'COPY takes at least one source and a destination.')
  if (paths.some((path) => path.startsWith('<<'))) return { kind: 'unsupported', what: 'COPY from a here-document' }
  const options = new Map(flags.map((flag) => flag.slice(2).split('=', 2) as [string, string | undefined]))
  const unknown = [...options.keys()].find((option) => !['from', 'chmod', 'chown'].includes(option))
  if (unknown !== undefined) return { kind: 'unsupported', what: `COPY --${unknown}` }
  return {
    kind: 'copy',
    sources: paths.slice(0, -1),
    destination,
    from: options.get('from'),
    chmod: options.get('chmod'),
    chown: options.get('chown'),
  }
}

/** `name=value …`, or the old form `name the rest of the line`. */
const parseAssignments = (keyword: string, rest: string, escape: string, place: Place): Assignment[] => {
  const words = splitWords(rest, escape)
  const [first = ''] = words
  if (!first.includes('=')) {
    const value = rest.slice(first.length).trim()
    if (value === '') throw invalid(place, `${keyword} ${first} has no value.`)
    return [{ name: first, value }]
  }
  return words.map((word) => {
    const equals = word.indexOf('=')
    if (equals < 1) throw invalid(place, `\`${word}\` in ${keyword} is not \`name=value\`. Put quotes around a value with spaces.`)
    return { name: word.slice(0, equals), value: word.slice(equals + 1) }
  })
}

const parseCommand = (rest: string): Command => {
  const argv = jsonStrings(rest)
  return argv === undefined ? { form: 'shell', line: rest } : { form: 'exec', argv }
}

/** Flags stand before everything else. */
const splitFlags = (rest: string): { flags: string[]; words: string } => {
  const leading = /^(?:--\S+(?:\s+|$))*/.exec(rest)?.[0] ?? ''
  return { flags: leading.split(/\s+/).filter((flag) => flag !== ''), words: rest.slice(leading.length) }
}
