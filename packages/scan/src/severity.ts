/** Trivy's severities, the mildest first. */
export const severities = ['unknown', 'low', 'medium', 'high', 'critical'] as const

export type Severity = (typeof severities)[number]

/** A severity as reports write it (`CRITICAL`); what is not known counts as unknown. */
export const asSeverity = (text: string): Severity => severities.find((severity) => severity === text.toLowerCase()) ?? 'unknown'

/** Higher is worse. */
export const rankOf = (severity: Severity): number => severities.indexOf(severity)
