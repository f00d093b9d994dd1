import { messageOf, type Logger } from '@deploy-kit/core'
import { nameOf, parseReference, type BuiltPlatform } from '@deploy-kit/image'
import { describeRemote, type Registry } from '@deploy-kit/image/registry'
import { sizeReport, type EarlierImage, type SizeReport } from '@deploy-kit/image/size'

/**
 * The size of an image against the one before: what `baseline` names, else what the first of the tags names that is in the registry already.
 * An image that cannot be read is none to compare with, and is told.
 */
export const measure = async (
  platforms: readonly BuiltPlatform[],
  candidates: readonly string[],
  registry: Registry,
  log: Logger,
): Promise<SizeReport> => sizeReport(platforms, await firstFound(candidates, registry, log))

const firstFound = async (candidates: readonly string[], registry: Registry, log: Logger): Promise<EarlierImage | undefined> => {
  for (const text of candidates) {
    const reference = parseReference(text)
    const name = nameOf(reference)
    try {
      const found = await registry.find(name, reference.digest ?? reference.tag ?? 'latest')
      if (found !== undefined) return { reference: text, platforms: await describeRemote(registry, name, found.digest) }
    } catch (error) {
      log.warning(`The size is not compared with ${text}: ${messageOf(error)}`)
      return undefined
    }
  }
  return undefined
}
