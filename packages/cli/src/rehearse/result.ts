import type * as z from 'zod'
import type { builtVersion, look, rehearsalResult, rehearsedRelease, scanStage } from './result-schema.ts'

/** What a rehearsal shows at its end; `npm start -- --json` prints it. What each field means stands in result-schema.ts. */
export type RehearsalResult = z.infer<typeof rehearsalResult>

export type BuiltVersion = z.infer<typeof builtVersion>

export type ScanStage = z.infer<typeof scanStage>

/** One release of the rehearsal. */
export type RehearsedRelease = z.infer<typeof rehearsedRelease>

/** What the judge said at one look. */
export type Look = z.infer<typeof look>
