const factors = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 } as const

/** Whole bytes of a size such as `250MB`, `1.5 GiB`, `900`; undefined when it is none. kB, MB, GB are powers of 1000, as registries count. */
export const parseBytes = (text: string): number | undefined => {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([kMG]?i?B)?$/i.exec(text.trim()) ?? []
  const factor = factors[unit.toLowerCase() as keyof typeof factors]
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor)
}

/** Bytes for people, in powers of 1000: `912 B`, `4.2 kB`, `31.5 MB`. */
export const formatBytes = (bytes: number): string => {
  // Rounded to what is shown before the unit is chosen, so that 999,999 bytes are 1 MB and not 1000 kB.
  if (Math.abs(Math.round(bytes)) < 1000) return `${Math.round(bytes)} B`
  const tenths = (factor: number): number => Math.round((bytes / factor) * 10) / 10
  if (Math.abs(tenths(1e3)) < 1000) return `${tenths(1e3)} kB`
  return Math.abs(tenths(1e6)) < 1000 ? `${tenths(1e6)} MB` : `${tenths(1e9)} GB`
}

/** A difference for people: `+4.2 kB`, `-31.5 MB`, `±0`. */
export const formatByteChange = (bytes: number): string => (bytes === 0 ? '±0' : `${bytes > 0 ? '+' : '-'}${formatBytes(Math.abs(bytes))}`)
