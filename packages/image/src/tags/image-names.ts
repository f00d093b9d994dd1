import { nameOf, parseReference } from '../reference/reference.ts'
import { booleanOf, fieldsOf, meaningful } from './attributes.ts'
import { fault } from './fault.ts'

/**
 * Reads the lines of `images`: a name, several names separated by commas, or `name=…,enable=true|false`. Names are written in lower
 * case, as registries take them; a name that changed by that is told in `notices`.
 * @throws KitError `tag-rule-invalid`; `image-reference-invalid` for a name that stays invalid, or has a tag or a digest
 */
export const imageNames = (lines: readonly string[], notices: string[]): readonly string[] => {
  const names: string[] = []
  for (const line of meaningful(lines)) {
    const { attributes, bare } = fieldsOf(line)
    const stranger = [...attributes.keys()].find((key) => key !== 'name' && key !== 'enable')
    if (stranger !== undefined) throw fault(line, `\`${stranger}\` is not known; name and enable are.`)
    const enabled = booleanOf(line, 'enable', attributes.get('enable') ?? 'true')
    const named = attributes.has('name') ? [attributes.get('name') ?? '', ...bare] : bare
    if (named.length === 0 || named.includes('')) throw fault(line, 'the name of the image is empty.')
    if (enabled) names.push(...named.map((name) => registryName(name, notices)))
  }
  return [...new Set(names)]
}

const registryName = (given: string, notices: string[]): string => {
  const name = given.toLowerCase()
  if (name !== given) notices.push(`The image \`${given}\` is called \`${name}\`: registries take lower-case names only.`)
  const reference = parseReference(name)
  if (reference.tag !== undefined || reference.digest !== undefined) {
    throw fault(given, 'the name of an image stands without tag and digest; tags have a place of their own.')
  }
  return nameOf(reference)
}
