import { asKitError, type KitError } from '@deploy-kit/core'
import { configurationOf, makePlan, sameRelease, type Finding, type Release } from '@deploy-kit/rollout'
import { openCounts } from '../deploy/open-counts.ts'
import type { DeploySettings } from '../deploy/settings.ts'
import type { TargetContext } from '../kit/context.ts'

/** The release that is planned where nothing runs yet: its image is never asked for. */
const someRelease: Release = {
  digest: `sha256:${'0'.repeat(64)}`,
  image: `deploy-kit.invalid/doctor@sha256:${'0'.repeat(64)}`,
  environment: {},
  configuration: configurationOf({}),
}

/**
 * What a release would find before it touches anything, without a release: the looks of the platform at what runs now, and whatever
 * would end a release on its way there. Looks, and changes nothing.
 */
export const examine = async (settings: DeploySettings, context: TargetContext): Promise<readonly Finding[]> => {
  const { platform, signal } = context
  const met: Finding[] = []
  const tried = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      met.push(findingOf(asKitError(error)))
      return undefined
    }
  }
  const observed = await tried(() => platform.target.describe(signal))
  const serving = observed?.stable?.release
  // Another configuration makes it another release; what cannot be seen is taken to serve, so that the steps are looked at too.
  const wanted = { ...(serving ?? someRelease), configuration: 'doctor' }
  const completed = await tried(async () => platform.complete?.(wanted, signal))
  const release = completed === undefined || sameRelease(completed, serving) ? wanted : completed
  const replaces = serving ?? (observed === undefined ? someRelease : undefined)
  const plan = makePlan({ ...settings, release, replaces, smoke: settings.smoke !== undefined, inPlace: platform.target.inPlace })
  const found = (await tried(async () => platform.preflight?.(plan, signal))) ?? []
  if (replaces !== undefined) await tried(() => checkCounts(settings, release, context))
  const told = new Set(found.map(({ message }) => message))
  return [...met.filter(({ message }) => !told.has(message)), ...found]
}

const checkCounts = async (settings: DeploySettings, release: Release, context: TargetContext): Promise<void> => {
  const counts = await openCounts(settings, release, context)
  try {
    await counts.check(context.signal)
  } finally {
    await counts.close?.()
  }
}

const findingOf = ({ code, message, remedy }: KitError): Finding => ({ severity: 'error', code, message, remedy })
