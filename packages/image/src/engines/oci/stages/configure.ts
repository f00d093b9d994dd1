import { posix } from 'node:path'
import type { RunConfiguration } from '../../../layout/schema.ts'
import type { Command } from '../dockerfile/instruction.ts'
import { invalid, type Place } from '../dockerfile/place.ts'

/** ENV: a variable keeps its place when it is set again. */
export const withEnvironment = (config: RunConfiguration, name: string, value: string): RunConfiguration => {
  const before = config.Env ?? []
  const line = `${name}=${value}`
  const there = before.findIndex((item) => item.startsWith(`${name}=`))
  return { ...config, Env: there === -1 ? [...before, line] : before.with(there, line) }
}

export const withLabel = (config: RunConfiguration, name: string, value: string): RunConfiguration => ({
  ...config,
  Labels: { ...config.Labels, [name]: value },
})

/** WORKDIR: a relative path goes on from the one before. */
export const withWorkingDirectory = (config: RunConfiguration, path: string): RunConfiguration => {
  const resolved = posix.resolve('/', config.WorkingDir ?? '', path)
  return { ...config, WorkingDir: resolved }
}

/** EXPOSE: `80`, `80/udp`, `8000-8002`. */
export const withPort = (config: RunConfiguration, port: string, place: Place): RunConfiguration => {
  const [, from, to = from, protocol = 'tcp'] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(port) ?? []
  const first = Number(from)
  const last = Number(to)
  if (!(first >= 1 && last >= first && last <= 65_535)) {
    throw invalid(place, `\`${port}\` is not a port: 1 to 65535, a range such as 8000-8002, and /tcp, /udp or /sctp.`)
  }
  const ports = Array.from({ length: last - first + 1 }, (_, i) => [`${first + i}/${protocol.toLowerCase()}`, {}] as const)
  return { ...config, ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(ports) } }
}

export const argvOf = (command: Command): readonly string[] => (command.form === 'exec' ? command.argv : ['/bin/sh', '-c', command.line])
