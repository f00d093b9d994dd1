/** What is scanned. */
export type Subject =
  /** One image of an OCI layout, or each of an index. The digest is needed when the layout names several. */
  | { readonly kind: 'layout'; readonly directory: string; readonly digest?: string }
  /** An image in a registry: `name@sha256:…`. */
  | { readonly kind: 'image'; readonly reference: string }
  /** An image in a file, as `docker save` writes it. */
  | { readonly kind: 'archive'; readonly file: string }
  /** A directory of files: lock files, secrets. */
  | { readonly kind: 'filesystem'; readonly directory: string }
  /** A directory of configuration: Dockerfiles, Kubernetes manifests, Terraform. */
  | { readonly kind: 'configuration'; readonly directory: string }
  /** A bill of materials, CycloneDX or SPDX. */
  | { readonly kind: 'sbom'; readonly file: string }

export const subjectKinds = [
  'image',
  'layout',
  'archive',
  'filesystem',
  'configuration',
  'sbom',
] as const satisfies readonly Subject['kind'][]

/** What Trivy looks for. */
export const scanners = ['vuln', 'secret', 'misconfig', 'license'] as const
export type Scanner = (typeof scanners)[number]

/** What is looked for in a kind of subject when nobody says what. */
export const usualScanners = (kind: Subject['kind']): readonly Scanner[] => {
  switch (kind) {
    case 'configuration':
      return ['misconfig']
    case 'sbom':
      return ['vuln']
    case 'image':
    case 'layout':
    case 'archive':
    case 'filesystem':
      return ['vuln', 'secret']
  }
}
