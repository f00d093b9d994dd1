import type { Deployment } from '../objects/models.ts'
import type { CompanionSources } from './sources.ts'

/** Both sides, and what may hold for stable's pods. */
export interface Sides extends CompanionSources {
  readonly stable: Deployment
  readonly canary: { readonly deployment: Deployment }
}
