/** An entry as its header says. */
export interface TarEntry {
  readonly name: string
  readonly type: 'file' | 'directory' | 'symlink' | 'other'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: number
  readonly link: string
  readonly content: Buffer
}

const types: Readonly<Record<string, TarEntry['type']>> = { '0': 'file', '5': 'directory', '2': 'symlink' }

/** Reads a tar by POSIX ustar and pax alone, so that layers are not checked by the library that writes them. */
export const readTar = (tar: Buffer): readonly TarEntry[] => {
  const entries: TarEntry[] = []
  let pax: Record<string, string> = {}
  for (let at = 0; at < tar.length;) {
    const header = tar.subarray(at, at + 512)
    const text = (from: number, length: number): string => {
      const field = header.subarray(from, from + length)
      const end = field.indexOf(0)
      return field.subarray(0, end === -1 ? length : end).toString()
    }
    const octal = (from: number, length: number): number => Number.parseInt(text(from, length).trim() || '0', 8)
    if (header.every((byte) => byte === 0)) {
      if (tar.subarray(at).some((byte) => byte !== 0)) throw new Error(`something follows the end of the tar at ${at}`)
      return entries
    }
    if (text(257, 6) !== 'ustar') throw new Error(`no ustar header at ${at}`)
    const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
    if (sum !== octal(148, 8)) throw new Error(`the checksum of the header at ${at} is wrong`)
    const size = octal(124, 12)
    const content = tar.subarray(at + 512, at + 512 + size)
    at += 512 + Math.ceil(size / 512) * 512
    if (text(156, 1) === 'x') {
      pax = Object.fromEntries([...content.toString().matchAll(/\d+ ([^=]+)=(.*)\n/g)].map(([, key, value]) => [key, value]))
      continue
    }
    const prefix = text(345, 155)
    entries.push({
      name: pax['path'] ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`),
      type: types[text(156, 1)] ?? 'other',
      mode: octal(100, 8),
      uid: Number(pax['uid'] ?? octal(108, 8)),
      gid: Number(pax['gid'] ?? octal(116, 8)),
      mtime: octal(136, 12),
      link: pax['linkpath'] ?? text(157, 100),
      content,
    })
    pax = {}
  }
  throw new Error('the tar has no end')
}
