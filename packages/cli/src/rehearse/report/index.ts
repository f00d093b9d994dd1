import type { RehearsalResult } from '../result.ts'

export const reportHtml = async (result: RehearsalResult): Promise<string> => JSON.stringify(result)
