import type { SmokeReport } from './report/report.ts'
import type { YamlProblem } from '@deploy-kit/core/yaml'
import type { Suite } from './suite/suite.ts'

export { run, type SmokeOptions } from './run/run.ts'
export { smokeSummary } from './report/summary.ts'
export type { ExpectedVersion } from './expect/version.ts'
export type { CheckReport, SmokeReport } from './report/report.ts'
export type { YamlProblem } from '@deploy-kit/core/yaml'
export type { Check, Suite } from './suite/suite.ts'

// YAML, zod, JSONPath and XML are loaded only by who needs them: an action without a suite does not pay for one.

/**
 * The suite in a YAML text. `file` is only for the messages.
 * @throws KitError `smoke-suite-invalid` with the place of the first fault and a line for each of the others
 */
export const readSuite = async (text: string, file: string): Promise<Suite> => (await import('./suite/read.ts')).readSuite(text, file)

/** Every fault of a suite, without running anything; none when it can be run. */
export const checkSuite = async (text: string, file: string): Promise<readonly YamlProblem[]> =>
  (await import('./suite/read.ts')).checkSuite(text, file)

/** The JSON Schema (2020-12) of a suite file, for editors. */
export const suiteJsonSchema = async (): Promise<object> => (await import('./suite/read.ts')).suiteJsonSchema()

/** The report as JUnit XML, as most test reporters read it. */
export const junitXml = async (report: SmokeReport): Promise<string> => (await import('./report/junit.ts')).junitXml(report)
