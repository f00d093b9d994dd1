export { serve, type Edge } from './serve.ts'
export { closeOnSignals } from './close-on-signals.ts'
export type { ServeOptions } from './settings.ts'
