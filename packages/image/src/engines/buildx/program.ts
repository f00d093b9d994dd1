import { homedir } from 'node:os'
import { join } from 'node:path'
import { findIn, findProgram } from '../process/find-program.ts'

/** Where the docker command looks for its plugins (docker/cli, cli-plugins/manager/manager_unix.go). */
const pluginDirectories = [
  '/usr/local/lib/docker/cli-plugins',
  '/usr/local/libexec/docker/cli-plugins',
  '/usr/lib/docker/cli-plugins',
  '/usr/libexec/docker/cli-plugins',
]

/** How buildx is called here: as a plugin of docker, or by itself. Looks at files and starts nothing. */
export const findBuildx = (env: NodeJS.ProcessEnv): readonly [string, ...string[]] | undefined => {
  const own = join(env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker'), 'cli-plugins')
  const plugin = findIn('docker-buildx', [own, ...pluginDirectories])
  if (plugin !== undefined && findProgram('docker', env) !== undefined) return ['docker', 'buildx']
  const alone = ['docker-buildx', 'buildx'].find((name) => findProgram(name, env) !== undefined)
  return alone === undefined ? undefined : [alone]
}
