export { checkYaml, type CheckedYaml, type YamlProblem } from './check-yaml.ts'
export { readYaml } from './read-yaml.ts'
export { duration, durationOrZero, expected, keys, readBy, share, text, textMap, whole, words } from './values.ts'
