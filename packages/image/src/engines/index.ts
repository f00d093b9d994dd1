/** The engines there are. Each is loaded when it is used. */
export const engines = { oci: () => import('./oci/index.ts') } as const

export type EngineName = keyof typeof engines
