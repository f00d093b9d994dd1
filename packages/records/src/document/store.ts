import { KitError, systemClock, type Clock, type Json } from '@deploy-kit/core'
import type { DocumentStore } from '@deploy-kit/rollout'
import type { ReleaseRecord } from '../record.ts'
import { keepNewest } from './keep.ts'

/** Name of the document in the target that holds the records. */
export const recordsDocument = 'records'

export interface RecordStore {
  /** Newest first; none before the first release. @throws KitError `records-newer`, `records-invalid` */
  list(signal: AbortSignal): Promise<readonly ReleaseRecord[]>
  /**
   * Puts the record first. One of the same id is replaced where it stands, so a write that is repeated changes nothing.
   * @throws KitError `records-newer`, `records-invalid`; `document-conflict` when others were faster every time
   */
  append(record: ReleaseRecord, signal: AbortSignal): Promise<void>
}

const tries = 8
const pauseMs = 50

/** The records of one app in one environment, kept in its target. `limit`: how many, besides those to return to. */
export const recordStore = (
  documents: DocumentStore,
  { limit = 20, clock = systemClock }: { readonly limit?: number; readonly clock?: Clock } = {},
): RecordStore => {
  const read = async (signal: AbortSignal): Promise<{ records: readonly ReleaseRecord[]; version: string | undefined }> => {
    const document = await documents.read(recordsDocument, signal)
    if (document === undefined) return { records: [], version: undefined }
    const { readRecords } = await import('./format.ts')
    return { records: readRecords(document.value), version: document.version }
  }
  const appendOnce = async (record: ReleaseRecord, signal: AbortSignal): Promise<void> => {
    const { records, version } = await read(signal)
    const known = records.some(({ id }) => id === record.id)
    const all = known ? records.map((other) => (other.id === record.id ? record : other)) : [record, ...records]
    const { formatVersion } = await import('./format.ts')
    // Written as JSON, so that what is stored is what was given, without undefined.
    const document = JSON.parse(JSON.stringify({ version: formatVersion, records: keepNewest(all, limit) })) as Json
    await documents.write(recordsDocument, document, version, signal)
  }
  return {
    list: async (signal) => (await read(signal)).records,
    append: async (record, signal) => {
      for (let left = tries - 1; ; left -= 1)
        try {
          return await appendOnce(record, signal)
        } catch (error) {
          if (left === 0 || !(error instanceof KitError && error.code === 'document-conflict')) throw error
          await clock.sleep(pauseMs, signal)
        }
    },
  }
}
