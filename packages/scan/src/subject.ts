/** What is scanned. */
export type Subject =
  /** One image of an OCI layout. The digest is needed when the layout holds several. */
  | { readonly kind: 'layout'; readonly directory: string; readonly digest?: string }
  /** An image in a registry: `name@sha256:…`. */
  | { readonly kind: 'image'; readonly reference: string }
  /** A directory of files: lock files, secrets. */
  | { readonly kind: 'filesystem'; readonly directory: string }
