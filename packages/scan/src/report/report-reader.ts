import { KitError, messageOf } from '@deploy-kit/core'
import type { z } from 'zod'
import type { Finding, Suppressed } from './finding.ts'
import { licenseOf, misconfigurationOf, secretOf, vulnerabilityOf } from './findings-of.ts'
import { numbered, packageKey } from './key.ts'
import type { Layer, Report } from './report.ts'
import { artifact, license, misconfiguration, modified, packageEntry, secret, vulnerability, type Artifact } from './schema.ts'

/** Lists of a result that are read. Packages come first, as Trivy writes them: they say at which lines things are. */
const lists = ['Packages', 'Vulnerabilities', 'Misconfigurations', 'Secrets', 'Licenses', 'ExperimentalModifiedFindings'] as const
const heads = ['Target', 'Class', 'Type'] as const
const singles = ['SchemaVersion', 'CreatedAt', 'Metadata'] as const

/** What of a report is read, as paths of the streaming parser. */
export const pathsRead: readonly string[] = [
  ...singles.map((name) => `$.${name}`),
  ...heads.map((name) => `$.Results.*.${name}`),
  ...lists.map((name) => `$.Results.*.${name}.*`),
  '$.Results.*',
]

/** Takes Trivy's JSON report item by item, in the order of the file, and keeps what is read of it. */
export class ReportReader {
  readonly #findings: Finding[] = []
  readonly #suppressed: Suppressed[] = []
  readonly #packages = new Set<string>()
  readonly #unique = numbered()
  #head = { target: '', class: '', type: '' }
  /** First lines of the packages of this result. */
  #lines = new Map<string, number>()
  #targets = 0
  #schema: unknown
  #createdAt = ''
  #artifact: Artifact | undefined

  /** Takes a whole report that is in memory. @throws KitError `trivy-report-invalid` */
  takeAll(report: unknown): void {
    const { Results: results, ...rest } = asObject(report)
    for (const name of singles) if (name in rest) this.take(name, rest[name])
    for (const result of asList(results)) {
      const fields = asObject(result)
      for (const name of heads) if (name in fields) this.take(`Results.*.${name}`, fields[name])
      for (const name of lists) for (const item of asList(fields[name])) this.take(`Results.*.${name}.*`, item)
      this.take('Results.*', result)
    }
  }

  /** @throws KitError `trivy-report-invalid` when the report is not whole, or is none */
  end(): Report {
    if (this.#schema !== 2)
      throw new KitError(
        'trivy-report-invalid',
        `The report of Trivy has an unknown format at \`SchemaVersion\`: expected 2, got ${shown(this.#schema)}.`,
      )
    const { OS: system, ImageConfig: image } = this.#artifact ?? {}
    return {
      findings: this.#findings,
      suppressed: this.#suppressed,
      targets: this.#targets,
      system: system === undefined ? undefined : { name: `${system.Family} ${system.Name}`.trim(), endOfLife: system.EOSL },
      createdAt: this.#createdAt,
      platform:
        image === undefined || image.os === '' ? undefined : [image.os, image.architecture, image.variant].filter(Boolean).join('/'),
      layers: layersOf(image),
      labels: image?.config?.Labels ?? {},
      packages: this.#packages,
    }
  }

  /** Takes what stands at a path of pathsRead. @throws KitError `trivy-report-invalid` */
  take(path: string, value: unknown): void {
    this.#readers[path]?.(value)
  }

  readonly #readers: Readonly<Record<string, (value: unknown) => void>> = {
    SchemaVersion: (value) => void (this.#schema = value),
    CreatedAt: (value) => void (this.#createdAt = String(value)),
    Metadata: (value) => void (this.#artifact = check(artifact, value, 'Metadata')),
    'Results.*.Target': (value) => void (this.#head = { ...this.#head, target: String(value) }),
    'Results.*.Class': (value) => void (this.#head = { ...this.#head, class: String(value) }),
    'Results.*.Type': (value) => void (this.#head = { ...this.#head, type: String(value) }),
    // At the end of each.
    'Results.*': () => {
      this.#targets += 1
      this.#head = { target: '', class: '', type: '' }
      this.#lines = new Map()
    },
    'Results.*.Packages.*': (value) => {
      const entry = check(packageEntry, value, 'Packages')
      this.#packages.add(packageKey(entry.Identifier?.PURL ?? '', entry.Name, entry.Version))
      const line = entry.Locations?.[0]?.StartLine
      if (line !== undefined && entry.ID !== '') this.#lines.set(entry.ID, line)
    },
    'Results.*.Vulnerabilities.*': (value) => {
      const found = check(vulnerability, value, 'Vulnerabilities')
      this.#add(vulnerabilityOf(found, this.#head, this.#lines.get(found.PkgID)))
    },
    'Results.*.Misconfigurations.*': (value) =>
      this.#add(misconfigurationOf(check(misconfiguration, value, 'Misconfigurations'), this.#head)),
    'Results.*.Secrets.*': (value) => this.#add(secretOf(check(secret, value, 'Secrets'), this.#head)),
    'Results.*.Licenses.*': (value) => this.#add(licenseOf(check(license, value, 'Licenses'), this.#head)),
    'Results.*.ExperimentalModifiedFindings.*': (value) => this.#suppress(value),
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

/** Each layer with the entry of the history that made it; entries that changed no file have none (OCI image specification, config.md). */
const layersOf = (image: Artifact['ImageConfig']): readonly Layer[] => {
  const made = (image?.history ?? []).filter((entry) => !entry.empty_layer)
  return (image?.rootfs?.diff_ids ?? []).map((diffId, index) => ({ diffId, createdBy: made[index]?.created_by ?? '' }))
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {})
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

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
