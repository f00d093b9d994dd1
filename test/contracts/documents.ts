import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { DocumentStore } from '@deploy-kit/rollout'

export interface DocumentsUnderTest {
  readonly documents: DocumentStore
  /** The same documents as another run sees them. */
  readonly elsewhere: DocumentStore
  close(): Promise<void>
}

const signal = new AbortController().signal

/** What every platform promises about its documents. */
export const documentsContract = (name: string, make: () => Promise<DocumentsUnderTest>): void =>
  describe(`documents of ${name}`, () => {
    let under: DocumentsUnderTest
    beforeEach(async () => {
      under = await make()
    })
    afterEach(() => under.close())

    test('a document that was never written is not there', async () => {
      expect(await under.documents.read('records', signal)).toBeUndefined()
    })

    test('what one run writes another one reads, unchanged', async () => {
      const value = { releases: [{ digest: 'sha256:a', at: 1.5, ok: true, note: null }], text: 'ünï\n"c"' }
      const version = await under.documents.write('records', value, undefined, signal)
      const found = await under.elsewhere.read('records', signal)
      expect(found).toEqual({ value, version, ageMs: expect.any(Number) })
      expect(found?.ageMs).toBeGreaterThanOrEqual(0)
    })

    test('documents of different names do not mix', async () => {
      await under.documents.write('records', 1, undefined, signal)
      await under.documents.write('lease', 2, undefined, signal)
      expect((await under.documents.read('records', signal))?.value).toBe(1)
    })

    test('of two runs that want to create the same document one is refused', async () => {
      await under.documents.write('lease', 'mine', undefined, signal)
      await expect(under.elsewhere.write('lease', 'yours', undefined, signal)).rejects.toMatchObject({ code: 'document-conflict' })
      expect((await under.documents.read('lease', signal))?.value).toBe('mine')
    })

    test('a write for a version that is no longer there is refused', async () => {
      const first = await under.documents.write('lease', 1, undefined, signal)
      const second = await under.elsewhere.write('lease', 2, first, signal)
      expect(second).not.toBe(first)
      await expect(under.documents.write('lease', 3, first, signal)).rejects.toMatchObject({ code: 'document-conflict' })
      await expect(under.documents.remove('lease', first, signal)).rejects.toMatchObject({ code: 'document-conflict' })
      expect((await under.documents.read('lease', signal))?.value).toBe(2)
    })

    test('a removed document is gone, and a version of it never comes again', async () => {
      const first = await under.documents.write('lease', 1, undefined, signal)
      await under.documents.remove('lease', first, signal)
      expect(await under.documents.read('lease', signal)).toBeUndefined()
      await expect(under.documents.write('lease', 2, first, signal)).rejects.toMatchObject({ code: 'document-conflict' })
      expect(await under.documents.write('lease', 2, undefined, signal)).not.toBe(first)
    })

    test('of many writes at once for the same version one wins', async () => {
      const first = await under.documents.write('lease', 0, undefined, signal)
      const writes = Array.from({ length: 8 }, (_, index) => under.documents.write('lease', index, first, signal))
      const outcomes = await Promise.allSettled(writes)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })
  })
