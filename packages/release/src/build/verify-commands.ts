import type { Signing } from './sign.ts'

/** The commands by which anybody verifies where an image comes from. */
export const verifyCommands = (image: string, signing: Signing | undefined, env: NodeJS.ProcessEnv = process.env): readonly string[] => {
  const repository = env['GITHUB_REPOSITORY']
  return [
    ...(signing === undefined ? [] : [[...signing.verify, image].join(' ')]),
    // Holds once actions/attest has signed it, which is a step or a job of its own.
    ...(repository === undefined ? [] : [`gh attestation verify oci://${image} --repo ${repository}`]),
  ]
}

/** They as the end of a summary. */
export const verifyMarkdown = (image: string, signing: Signing | undefined): string => {
  const commands = verifyCommands(image, signing)
  return commands.length === 0 ? '' : ['', 'Verify it (by `gh` once it is attested):', '', '```sh', ...commands, '```', ''].join('\n')
}
