import type { Descriptor } from '../layout/schema.ts'

/** Where the bytes of a file are: on disk, or in the tar of a layer, as its n-th entry. */
export type Content =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'layer'; readonly layout: string; readonly layer: Descriptor; readonly ordinal: number }

export interface Ownership {
  readonly uid: number
  readonly gid: number
}

/** One name in the file system of an image. */
export type Entry =
  | ({ readonly type: 'directory'; readonly mode: number } & Ownership)
  | ({ readonly type: 'file'; readonly mode: number; readonly size: number; readonly content: Content } & Ownership)
  | ({ readonly type: 'symlink'; readonly target: string } & Ownership)
  | ({ readonly type: 'device' } & Ownership)
