/** Whether labels are selected by the text of a label selector, of which `key=value`, `key in (a,b)`, `key notin (a,b)`, `key` and `!key` are known. */
export const selected = (selector: string, labels: Readonly<Record<string, string>>): boolean =>
  selector === '' || selector.split(/,(?![^(]*\))/).every((requirement) => holds(requirement.trim(), labels))

const holds = (requirement: string, labels: Readonly<Record<string, string>>): boolean => {
  const equal = /^([\w./-]+)=([\w.-]*)$/.exec(requirement)
  if (equal !== null) return labels[equal[1] ?? ''] === equal[2]
  const set = /^([\w./-]+) (in|notin) \(([^)]*)\)$/.exec(requirement)
  if (set !== null) {
    const [, key = '', operator, values = ''] = set
    const isIn = values.split(',').includes(labels[key] ?? '\0')
    return operator === 'in' ? isIn : !isIn
  }
  const absent = /^!([\w./-]+)$/.exec(requirement)
  if (absent !== null) return labels[absent[1] ?? ''] === undefined
  if (/^[\w./-]+$/.test(requirement)) return labels[requirement] !== undefined
  throw new Error(`the label selector ${requirement} is not known`)
}
