import { minify } from '@swc/core'

/** ncc minifies its main file only, so every chunk goes through swc. Names stay, so that a stack trace can be read. */
export const minified = async (source: string): Promise<string> => {
  const names = { keep_classnames: true, keep_fnames: true }
  const { code } = await minify(source, { module: true, compress: names, mangle: names, format: { comments: false } })
  return code
}
