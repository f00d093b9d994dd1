import { createHash } from 'node:crypto'
import { worstFirst } from '../gate/gate.ts'
import type { Finding, Suppressed } from '../report/finding.ts'
import type { DockerfilePlaces } from './dockerfile-place.ts'
import { levelOf } from './level.ts'
import { rulesFor, type Rule } from './rules.ts'

/** One image, or one directory, of a scan. */
export interface SarifRun {
  /** Tells runs apart for ever: name of the image and platform, never tag or digest. Alerts of another category are left alone. */
  readonly category: string
  readonly trivyVersion: string
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  /** File that findings are shown at which have none of their own: those inside an image. */
  readonly artifact: string
  readonly dockerfile?: DockerfilePlaces
  readonly properties?: Readonly<Record<string, string>>
}

/** GitHub takes 25,000 results and rules a run, 20 runs a file and 10 MB gzipped (docs.github.com, SARIF support for code scanning). */
export const resultsPerRun = 25_000

/** The findings as SARIF 2.1.0 for GitHub's code scanning. */
export const sarifOf = (runs: readonly SarifRun[]): object => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: runs.map(runOf),
})

const runOf = (run: SarifRun): object => {
  const all = [
    ...run.findings.map((finding) => ({ finding, suppression: undefined })),
    ...run.suppressed.map((suppression) => ({ finding: suppression.finding, suppression })),
  ]
  const shown = all.toSorted((a, b) => worstFirst(a.finding, b.finding)).slice(0, resultsPerRun)
  const rules = rulesFor(shown.map(({ finding }) => finding))
  const indexes = new Map([...rules.keys()].map((id, index) => [id, index]))
  return {
    tool: {
      driver: {
        name: 'Trivy',
        fullName: 'Trivy by deploy-kit',
        version: run.trivyVersion,
        informationUri: 'https://trivy.dev',
        rules: [...rules.values()] satisfies readonly Rule[],
      },
    },
    automationDetails: { id: `${run.category}/` },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { ROOTPATH: { uri: 'file:///' } },
    results: shown.map(({ finding, suppression }) => ({
      ruleId: finding.id,
      ruleIndex: indexes.get(finding.id),
      level: levelOf(finding.severity),
      message: { text: messageOf(finding) },
      locations: [locationOf(finding, run)],
      partialFingerprints: fingerprints(finding),
      ...(suppression !== undefined && { suppressions: [suppressionOf(suppression)] }),
    })),
    ...(run.properties !== undefined && {
      properties: { ...run.properties, ...(all.length > shown.length && { omitted: all.length - shown.length }) },
    }),
  }
}

/** `primaryLocationLineHash` is the one by which GitHub knows an alert again; a digest of the key stays over rebuilds. */
const fingerprints = ({ key }: Finding): Readonly<Record<string, string>> => {
  const digest = createHash('sha256').update(key).digest('hex')
  return { primaryLocationLineHash: `${digest.slice(0, 32)}:1`, 'deployKitFinding/v1': digest }
}

const suppressionOf = ({ statement, source, status }: Suppressed): object => ({
  kind: 'external',
  status: 'accepted',
  justification: [statement === '' ? status : statement, `(${source})`].join(' '),
})

const messageOf = (finding: Finding): string => {
  switch (finding.kind) {
    case 'vulnerability': {
      const fix = finding.fixed === undefined ? `No fix yet (${finding.status}).` : `Fixed in ${finding.fixed}.`
      return `${finding.package} ${finding.installed}${finding.path === undefined ? '' : ` in ${finding.path}`}: ${finding.title || finding.id}. ${fix}`
    }
    case 'misconfiguration':
      return [finding.title || finding.id, finding.description ?? '', finding.remedy ?? ''].filter((part) => part !== '').join('\n')
    case 'secret':
      return `${finding.title || finding.id} in ${finding.target}`
    case 'license':
      return `${finding.title}${finding.package === '' ? '' : ` of ${finding.package}`}`
  }
}

/** In the Dockerfile where there is one, else in the file that has the finding; GitHub needs a file and a line. */
const locationOf = (finding: Finding, { artifact, dockerfile }: SarifRun): object => {
  const inImage =
    dockerfile !== undefined && (finding.layer !== undefined || (finding.kind === 'vulnerability' && finding.class === 'os-pkgs'))
  const [uri, line] = inImage
    ? [dockerfile.file, dockerfile.lineOf(finding.layer)]
    : finding.layer !== undefined || (finding.kind === 'vulnerability' && finding.class === 'os-pkgs')
      ? [artifact, 1]
      : [fileOf(finding), finding.line ?? 1]
  return {
    physicalLocation: { artifactLocation: { uri: encodeURI(uri), uriBaseId: 'ROOTPATH' }, region: { startLine: line, startColumn: 1 } },
  }
}

/** The file of a finding: a secret's target has its line behind it. */
const fileOf = (finding: Finding): string =>
  (finding.kind === 'vulnerability' ? (finding.path ?? finding.target) : finding.target)
    .replace(finding.line === undefined ? /$^/ : `:${finding.line}`, '')
    .replace(/^\/+/, '')
