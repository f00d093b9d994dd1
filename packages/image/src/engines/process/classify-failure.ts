import { KitError, type ReasonCode } from '@deploy-kit/core'
import { lastLines } from '@deploy-kit/core/process'

/** What an engine's output says about its failure. */
export interface Failure {
  readonly code: ReasonCode
  /** Whether the same build may succeed in a moment: 429, 5xx, a connection that broke. */
  readonly transient: boolean
}

/** The words of BuildKit, Docker and buildah for what went wrong, the more telling first. */
const rules: readonly (readonly [RegExp, ReasonCode, 'transient'?])[] = [
  [/no space left on device|disk quota exceeded|ENOSPC/i, 'disk-full'],
  [
    /exec format error|no match for platform|no image found in (?:image index|manifest list) for|does not match the specified platform|cannot be run on platform/i,
    'platform-unavailable',
  ],
  [
    /toomanyrequests|too many requests|\b429\b.*(?:registry|http|status)|(?:status|code):? ?429|pull rate limit/i,
    'registry-rate-limited',
    'transient',
  ],
  [
    /did not complete successfully: exit code|executor failed running \[.*\]: exit code|returned a non-zero code|while running runtime: exit status|building at STEP "RUN .*exit status|subprocess exited with status/i,
    'build-step-failed',
  ],
  [
    /\b401 Unauthorized|\b403 Forbidden|unauthorized:|denied:|access denied|authentication required|insufficient_scope|no basic auth credentials|invalid username\/password/i,
    'registry-denied',
  ],
  [
    /\b50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)|(?:status|code):? ?50[0234]\b|received unexpected HTTP status: 50\d/i,
    'registry-unavailable',
    'transient',
  ],
  [
    /dockerfile parse error|unknown instruction|unknown flag: |Dockerfile parse|syntax error.*Dockerfile|Unknown instruction|no build stage in current context/i,
    'dockerfile-invalid',
  ],
  [/target stage "?.*"? could not be found|failed to reach build target|target .* not found in Dockerfile/i, 'build-stage-missing'],
  [
    /failed to calculate checksum of ref|failed to compute cache key: .*not found|COPY failed|ADD failed|copier: stat: .* no such file/i,
    'copy-source-missing',
  ],
  [
    /failed to read dockerfile|the specified Containerfile or Dockerfile does not exist|unable to evaluate symlinks in Dockerfile path|open .*Dockerfile.*: no such file/i,
    'dockerfile-missing',
  ],
  [/failed to convert agent config|invalid empty ssh agent socket/i, 'build-request-invalid'],
  [
    /Cannot connect to the Docker daemon|failed to connect to the docker API|waiting for connection|failed to list workers|connection error: desc|error during connect|no such builder|no builder ".*" found/i,
    'engine-unreachable',
  ],
  [
    /failed to resolve source metadata[^]*: not found|manifest unknown|manifest for .* not found|repository .* not found|pull access denied|name unknown/i,
    'base-image-missing',
  ],
  [
    /connection reset by peer|unexpected EOF|connection refused|i\/o timeout|TLS handshake timeout|no such host|temporary failure in name resolution|broken pipe|http2: .*(?:closed|lost)/i,
    'registry-unavailable',
    'transient',
  ],
]

/** Classifies by what the engine said. The status is an error whatever stands here; nothing that is said makes it a success. */
export const classifyFailure = (output: string): Failure => {
  const said = decisive(output)
  const found = rules.find(([pattern]) => pattern.test(said)) ?? rules.find(([pattern]) => pattern.test(output))
  return { code: found?.[1] ?? 'build-failed', transient: found?.[2] === 'transient' }
}

/** The error for an engine that ended with a status other than 0; `placeOfStep` serves when the output names no line of the Dockerfile. */
export const failureOf = (tool: string, exitCode: number, output: string, placeOfStep?: string): KitError => {
  const { code } = classifyFailure(output)
  const said = decisive(output)
  const step = code === 'build-step-failed' ? outputOfStep(output) : ''
  const where = placeIn(output) ?? placeOfStep
  return new KitError(code, `\`${tool}\` ended with status ${exitCode}: ${said === '' ? 'it said nothing.' : said}${step}`, {
    ...(where !== undefined && { where }),
  })
}

/** The last line in which the engine names its error, without the words that every such line begins with. */
const decisive = (output: string): string => {
  const errors = [...output.matchAll(/^(?:ERROR|Error|error|Error response from daemon):? (.*)$/gm)].map(([, text = '']) => text)
  const last = errors.at(-1) ?? lastLines(output, 3)
  // buildah shows what its parser made of an instruction that it does not know.
  return last
    .replace(/^(?:failed to build: |failed to solve: |Build error: |building at STEP ".*?": )+| &imagebuilder\.Step\{.*\}$/g, '')
    .trim()
}

/** BuildKit repeats what the failed command printed between two rules of dashes. */
const outputOfStep = (output: string): string => {
  const [, block = ''] = /^-{6}\n > .*\n([^]*?)^-{6}$/m.exec(output) ?? []
  const lines = lastLines(block.replace(/^\d+\.\d+ /gm, ''), 8)
  return lines === '' ? '' : `\n  ${lines.replaceAll('\n', '\n  ')}`
}

/** BuildKit shows the lines of the Dockerfile under `file:line` and a rule of dashes. */
const placeIn = (output: string): string | undefined => {
  const [, file, line] = /^([^\s:][^:\n]*):(\d+)\n-{20}$/m.exec(output) ?? []
  return file === undefined ? undefined : `${file}:${line}:1`
}
