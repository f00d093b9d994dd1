/** A file that follows from the sources; its path is relative to the repository. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
}
