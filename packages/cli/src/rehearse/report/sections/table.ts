import { html, type Content, type Markup } from '../page/html.ts'

export interface Table {
  /** What the table holds, for those who do not see it. */
  readonly name: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Content[])[]
  /** Columns of numbers, which stand at the right. */
  readonly numeric?: readonly number[]
  /** Columns that a narrow page leaves out, because another one says the same. */
  readonly wide?: readonly number[]
}

/** A table whose first cell of each row is the row's header; it scrolls by itself where it is wider than the page. */
export const table = ({ name, head, rows, numeric = [], wide = [] }: Table): Markup => {
  const kind = (column: number): string => [numeric.includes(column) ? 'number' : '', wide.includes(column) ? 'wide' : ''].join(' ').trim()
  return html`<div class="scroll" role="region" aria-label="${name}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((cell, column) => html`<th scope="col" class="${kind(column)}">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((cell, index) => html`<td class="${kind(index + 1)}">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
