import { code, formatByteChange, formatBytes, table } from '@deploy-kit/core'
import { shortInstruction } from './budget.ts'
import type { LayerChange } from './compare-layers.ts'
import type { PlatformSize, SizeReport } from './size-report.ts'

/** Layers of a platform that the table shows; the rest is added up. */
const shownLayers = 12

/** The report as Markdown: one table of platforms, and one of the layers that changed for each platform, folded. */
export const sizeMarkdown = (report: SizeReport): string => {
  const { before } = report
  const compared = before !== undefined
  const head = ['platform', 'size', ...(compared ? [`before (${code(before.reference)})`, 'change'] : [])]
  const rows = report.platforms.map((image) => [
    code(image.platform),
    formatBytes(image.bytes),
    ...(compared ? comparison(image.before?.bytes, image.changeBytes) : []),
  ])
  if (report.platforms.length > 1)
    rows.push(['together', formatBytes(report.bytes), ...(compared ? comparison(before.bytes, report.changeBytes) : [])])
  return [table(head, rows), '', ...report.platforms.flatMap((image) => layersOf(image))].join('\n')
}

const comparison = (before: number | undefined, change: number | undefined): readonly string[] =>
  before === undefined || change === undefined ? ['not there', ''] : [formatBytes(before), share(change, before)]

const share = (change: number, before: number): string => {
  const percent = before === 0 || change === 0 ? '' : ` (${change > 0 ? '+' : '-'}${((Math.abs(change) / before) * 100).toFixed(1)} %)`
  return `${formatByteChange(change)}${percent}`
}

const layersOf = (image: PlatformSize): readonly string[] => {
  const compared = image.before !== undefined
  // What changed most is read first; without a comparison, the order of the image says more.
  const layers = compared
    ? image.layers.filter(({ kind }) => kind !== 'same').toSorted((a, b) => Math.abs(b.changeBytes) - Math.abs(a.changeBytes))
    : image.layers
  const same = image.layers.length - layers.length
  if (layers.length === 0) return compared ? [`${code(image.platform)}: ${counted(same)}, all as before.`, ''] : []
  const rest = layers.slice(shownLayers)
  const summary = compared
    ? `${counted(layers.length)} of ${image.platform} changed, ${same} as before`
    : `${counted(layers.length)} of ${image.platform}`
  return [
    `<details><summary>${summary}</summary>`,
    '',
    table(compared ? ['layer', 'size', 'change'] : ['layer', 'size'], [
      ...layers.slice(0, shownLayers).map((layer) => rowOf(layer, compared)),
      ...(rest.length === 0 ? [] : [restOf(rest, compared)]),
    ]),
    '',
    '</details>',
    '',
  ]
}

const counted = (layers: number): string => `${layers} layer${layers === 1 ? '' : 's'}`

const rowOf = ({ kind, createdBy, before, after, changeBytes }: LayerChange, compared: boolean): readonly string[] => {
  const name = code(shortInstruction(createdBy) || (after ?? before)?.digest.slice(0, 19) || '')
  if (!compared) return [name, formatBytes(after?.bytes ?? 0)]
  const size = {
    same: '',
    changed: `${formatBytes(before?.bytes ?? 0)} → ${formatBytes(after?.bytes ?? 0)}`,
    added: `${formatBytes(after?.bytes ?? 0)}, new`,
    removed: 'gone',
  }[kind]
  return [name, size, formatByteChange(changeBytes)]
}

const restOf = (rest: readonly LayerChange[], compared: boolean): readonly string[] => {
  const change = rest.reduce((sum, { changeBytes }) => sum + changeBytes, 0)
  const size = rest.reduce((sum, { after }) => sum + (after?.bytes ?? 0), 0)
  return [`${rest.length} more`, formatBytes(size), ...(compared ? [formatByteChange(change)] : [])]
}
