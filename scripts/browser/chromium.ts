import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

/** Nothing that a browser does on its own: no GPU, no updates, no calls home. No sandbox, because containers run as root. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts a headless Chromium: the one that CHROMIUM names, else Debian's.
 * @throws Error when there is none, with what to install; a test of a page is never skipped
 */
export const startChromium = async (program = process.env['CHROMIUM'] ?? '/usr/bin/chromium'): Promise<Browser> => {
  if (!existsSync(program))
    throw new Error(`There is no Chromium at ${program}. Install it (Debian: apt-get install -y chromium), or name yours in CHROMIUM.`)
  return chromium.launch({ executablePath: program, args: flags, headless: true, timeout: 30_000 })
}
