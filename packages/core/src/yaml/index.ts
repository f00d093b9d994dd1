export { checkYaml, type CheckedYaml, type YamlProblem } from './check-yaml.ts'
export { readYaml } from './read-yaml.ts'
