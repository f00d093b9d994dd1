import { documentsContract } from '../../contracts/documents.ts'
import { targetContract } from '../../contracts/target.ts'
import { edgeIn, holder, openPlatform, takeLease, Workplace } from './under-test.ts'

documentsContract('the local platform', async () => {
  const workplace = await Workplace.open()
  const edge = await edgeIn(workplace)
  const { documents } = await openPlatform(edge.adminUrl)
  const { documents: elsewhere } = await openPlatform(edge.adminUrl, { run: { id: 'acme/shop/2', attempt: 1 } })
  return {
    documents,
    elsewhere,
    close: async () => {
      await edge.close()
      await workplace[Symbol.asyncDispose]()
    },
  }
})

targetContract('the local platform', async () => {
  const workplace = await Workplace.open()
  const edge = await edgeIn(workplace)
  const platform = await openPlatform(edge.adminUrl)
  await takeLease(platform)
  const stranger = await openPlatform(edge.adminUrl, { run: { id: 'acme/shop/2', attempt: 1 } })
  return {
    target: platform.target,
    stranger: stranger.target,
    release: (name) => workplace.release(name),
    brokenRelease: async () => ({
      release: await workplace.release('broken', { FAULT: 'crash-at-start' }),
      says: 'ended with exit code 3 before it was ready. Its last lines:\nversion broken starts\ncannot open the database',
    }),
    interfere: async (weight) => {
      const other = await openPlatform(edge.adminUrl, { run: holder })
      await other.target.shift(weight, new AbortController().signal)
    },
    answeredBy: async ({ url, headers }) => (await fetch(url, { headers })).headers.get('x-deploy-kit-digest') ?? undefined,
    close: async () => {
      await edge.close()
      await workplace[Symbol.asyncDispose]()
    },
  }
})
