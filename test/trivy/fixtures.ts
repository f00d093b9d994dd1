import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const write = async (files: Readonly<Record<string, string>>, directory: string): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), content)
  }
}

const dpkg = (packages: Readonly<Record<string, string>>, sources: Readonly<Record<string, string>>): string =>
  Object.entries(packages)
    .map(([name, version]) =>
      [
        `Package: ${name}`,
        'Status: install ok installed',
        'Architecture: amd64',
        'Maintainer: nobody <nobody@example.com>',
        ...(sources[name] === undefined ? [] : [`Source: ${sources[name]}`]),
        `Version: ${version}`,
        'Description: fixture',
        '\n',
      ].join('\n'),
    )
    .join('')

/** What an image has in it. */
export interface ImageContent {
  /** 12, or 10 which gets no fixes any more. */
  readonly debian?: 10 | 12
  readonly openssl?: string
  readonly packages?: Readonly<Record<string, string>>
  /** Version of lodash below /app/node_modules. */
  readonly lodash?: string
  readonly files?: Readonly<Record<string, string>>
  /** Changes nothing that matters, as a rebuild does. */
  readonly built?: string
}

/** A build context whose image has a Debian with three packages, and an app: FROM scratch, so that any engine builds it. */
export const imageContext = async (directory: string, content: ImageContent = {}): Promise<void> => {
  const { debian = 12, openssl = '3.0.11-1~deb12u2', lodash = '4.17.20', built = '1', files = {}, packages = {} } = content
  await write(
    {
      'base/etc/os-release': `NAME="Debian GNU/Linux"\nVERSION_ID="${debian}"\nID=debian\n`,
      'base/etc/debian_version': debian === 12 ? '12.5\n' : '10.13\n',
      'base/var/lib/dpkg/status': dpkg(
        { libssl3: openssl, zlib1g: '1:1.2.13.dfsg-1', bash: '5.2.15-2+b2', ...packages },
        { libssl3: 'openssl', zlib1g: 'zlib' },
      ),
      'app/node_modules/lodash/package.json': JSON.stringify({ name: 'lodash', version: lodash, license: 'MIT' }),
      'app/built.txt': built,
      ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`app/${name}`, text])),
      Dockerfile: 'FROM scratch\nCOPY base /\n\n# the app\nCOPY app /app\nCMD ["/app/server"]\n',
    },
    directory,
  )
}

// Put together here, so that no scanner of this repository takes them for what they look like.
const together = (...parts: readonly string[]): string => parts.join('')
export const secrets = [together('AKIA', 'QYLPMN5HFIQR7XYA'), together('ghp', '_Ab3dEf6hIj9lMn2pQr5tUv8xYz1BcD4eFgH7')] as const

/** A directory with lock files, two secrets, and configuration that fails checks. */
export const sources = (directory: string): Promise<void> =>
  write(
    {
      'package-lock.json': JSON.stringify(
        {
          name: 'app',
          version: '1.0.0',
          lockfileVersion: 3,
          requires: true,
          packages: {
            '': { name: 'app', version: '1.0.0', dependencies: { lodash: '4.17.20', minimist: '1.2.5' } },
            'node_modules/lodash': { version: '4.17.20' },
            'node_modules/minimist': { version: '1.2.5' },
          },
        },
        null,
        2,
      ),
      'deploy/config.env': `AWS_ACCESS_KEY_ID=${secrets[0]}\n`,
      'token.txt': `token = "${secrets[1]}"\n`,
      Dockerfile: 'FROM debian:latest\nADD https://example.com/x.tgz /x.tgz\nRUN apt-get update\n',
    },
    directory,
  )
