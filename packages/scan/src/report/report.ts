import type { Finding, Suppressed } from './finding.ts'

/** A layer of an image, the lowest first. */
export interface Layer {
  readonly diffId: string
  /** What made it, as the history of the image has it; '' when it does not say. */
  readonly createdBy: string
}

/** What one run of Trivy says. */
export interface Report {
  readonly findings: readonly Finding[]
  readonly suppressed: readonly Suppressed[]
  /** Files and package lists that were looked at. None means that Trivy found nothing that it understands. */
  readonly targets: number
  /** The operating system of an image, and whether its distribution has stopped to publish fixes. */
  readonly system: { readonly name: string; readonly endOfLife: boolean } | undefined
  /** When it was written; '' when it does not say. */
  readonly createdAt: string
  /** `linux/amd64` of an image that says so. */
  readonly platform: string | undefined
  readonly layers: readonly Layer[]
  readonly labels: Readonly<Record<string, string>>
  /** Package and version of everything that was found, whether it has a weakness or not. */
  readonly packages: ReadonlySet<string>
}
