import { KitError, messageOf } from '@deploy-kit/core'
import { JSONParser } from '@streamparser/json'
import type { z } from 'zod'
import type { Finding, Suppressed } from './finding.ts'
import { licenseOf, misconfigurationOf, secretOf, vulnerabilityOf } from './findings-of.ts'
import { numbered, packageKey } from './key.ts'
import type { Report } from './report.ts'
import { artifact, license, misconfiguration, modified, packageEntry, secret, vulnerability, type Artifact } from './schema.ts'

/**
 * Reads Trivy's JSON report piece by piece: one item is held at a time, so that a report of hundreds of megabytes, most of
 * which are lists of packages and references, takes no more memory than its findings.
 */
export class ReportReader {
  readonly #parser: JSONParser
  readonly #findings: Finding[] = []
  readonly #suppressed: Suppressed[] = []
  readonly #packages = new Set<string>()
  readonly #unique = numbered()
  #head = { target: '', class: '', type: '' }
  /** First lines of the packages of this result. Trivy writes packages ahead of what it found about them. */
  #lines = new Map<string, number>()
  #targets = 0
  #schema: unknown
  #createdAt = ''
  #artifact: Artifact | undefined

  constructor() {
    this.#parser = new JSONParser({
      paths: Object.keys(this.#readers).concat(inEachResult.map((name) => `$.Results.*.${name}`)),
      keepStack: false,
    })
    this.#parser.onError = (error) => {
      if (error instanceof KitError) throw error // Ours, from a reader below.
      throw new KitError('trivy-report-invalid', 'The report of Trivy is not JSON, or was cut short.', { cause: error })
    }
    this.#parser.onValue = ({ value, stack, key }) => {
      // `$.CreatedAt`, `$.Results.0`, `$.Results.0.Target` or `$.Results.0.Secrets.3`, by the number of levels above.
      const list = stack[3]?.key
      const path =
        stack.length === 1 ? key : stack.length === 2 ? 'Results.*' : list === undefined ? `Results.*.${key}` : `Results.*.${list}.*`
      this.#take(String(path), value)
    }
  }

  /** @throws KitError `trivy-report-invalid` */
  write(chunk: Uint8Array | string): void {
    this.#parser.write(chunk)
  }

  /** @throws KitError `trivy-report-invalid` when the report is not whole, or is none */
  end(): Report {
    if (!this.#parser.isEnded) this.#parser.end()
    if (this.#schema !== 2)
      throw new KitError(
        'trivy-report-invalid',
        `The report of Trivy has an unknown format at \`SchemaVersion\`: expected 2, got ${shown(this.#schema)}.`,
      )
    const { OS: system, ImageConfig: image, Layers: layers = [] } = this.#artifact ?? {}
    return {
      findings: this.#findings,
      suppressed: this.#suppressed,
      targets: this.#targets,
      system: system === undefined ? undefined : { name: `${system.Family} ${system.Name}`.trim(), endOfLife: system.EOSL },
      createdAt: this.#createdAt,
      platform:
        image === undefined || image.os === '' ? undefined : [image.os, image.architecture, image.variant].filter(Boolean).join('/'),
      layers: layers.map(({ DiffID: diffId, CreatedBy: createdBy }) => ({ diffId, createdBy })),
      labels: image?.config?.Labels ?? {},
      packages: this.#packages,
    }
  }

  #take(path: string, value: unknown): void {
    const reader = this.#readers[`$.${path}`]
    if (reader !== undefined) return reader(value)
    const item = /^Results\.\*\.(\w+)$/.exec(path)?.[1]
    if (item === 'Target' || item === 'Class' || item === 'Type') this.#head = { ...this.#head, [item.toLowerCase()]: String(value) }
  }

  readonly #readers: Readonly<Record<string, (value: unknown) => void>> = {
    '$.SchemaVersion': (value) => void (this.#schema = value),
    '$.CreatedAt': (value) => void (this.#createdAt = String(value)),
    '$.Metadata': (value) => void (this.#artifact = check(artifact, value, 'Metadata')),
    '$.Results.*': () => {
      this.#targets += 1
      this.#head = { target: '', class: '', type: '' }
      this.#lines = new Map()
    },
    '$.Results.*.Packages.*': (value) => {
      const entry = check(packageEntry, value, 'Packages')
      this.#packages.add(packageKey(entry.Identifier?.PURL ?? '', entry.Name, entry.Version))
      const line = entry.Locations?.[0]?.StartLine
      if (line !== undefined && entry.ID !== '') this.#lines.set(entry.ID, line)
    },
    '$.Results.*.Vulnerabilities.*': (value) => {
      const found = check(vulnerability, value, 'Vulnerabilities')
      this.#add(vulnerabilityOf(found, this.#head, this.#lines.get(found.PkgID)))
    },
    '$.Results.*.Misconfigurations.*': (value) =>
      this.#add(misconfigurationOf(check(misconfiguration, value, 'Misconfigurations'), this.#head)),
    '$.Results.*.Secrets.*': (value) => this.#add(secretOf(check(secret, value, 'Secrets'), this.#head)),
    '$.Results.*.Licenses.*': (value) => this.#add(licenseOf(check(license, value, 'Licenses'), this.#head)),
    '$.Results.*.ExperimentalModifiedFindings.*': (value) => this.#suppress(value),
  }

  #add(finding: Finding | undefined): void {
    if (finding !== undefined) this.#findings.push({ ...finding, key: this.#unique(finding.key) })
  }

  #suppress(value: unknown): void {
    const {
      Type: type,
      Status: status,
      Statement: statement,
      Source: source,
      Finding: found,
    } = check(modified, value, 'ExperimentalModifiedFindings')
    const finding = this.#suppressedFinding(type, found)
    if (finding !== undefined) this.#suppressed.push({ finding, status, statement, source })
  }

  #suppressedFinding(type: string, found: unknown): Finding | undefined {
    switch (type) {
      case 'vulnerability':
        return vulnerabilityOf(check(vulnerability, found, 'Finding'), this.#head, undefined)
      case 'misconfiguration':
        // A check that was ignored is no failure any more, and would be left out.
        return misconfigurationOf({ ...check(misconfiguration, found, 'Finding'), Status: 'FAIL' }, this.#head)
      case 'secret':
        return secretOf(check(secret, found, 'Finding'), this.#head)
      case 'license':
        return licenseOf(check(license, found, 'Finding'), this.#head)
      default:
        return undefined
    }
  }
}

const inEachResult = ['Target', 'Class', 'Type']

const check = <T>(schema: z.ZodType<T>, value: unknown, where: string): T => {
  const checked = schema.safeParse(value)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  const path = [where, ...(issue?.path ?? [])].join('.')
  throw new KitError(
    'trivy-report-invalid',
    `The report of Trivy has an unknown format at \`${path}\`: ${issue?.message ?? messageOf(checked.error)}.`,
  )
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60))
