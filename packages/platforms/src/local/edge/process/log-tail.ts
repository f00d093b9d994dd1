import { open } from 'node:fs/promises'

const longest = 256 * 1024

/** The last lines of a file from `start` bytes on; '' when it is not there. At most 256 KiB are read. */
export const logTail = async (path: string, lines: number, start = 0): Promise<string> => {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const from = Math.max(start, size - longest)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - from)), { position: from })
    return buffer.subarray(0, bytesRead).toString('utf8').trimEnd().split(/\r?\n/).slice(-lines).join('\n')
  } finally {
    await file.close()
  }
}
