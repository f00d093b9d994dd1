import { KitError } from '@deploy-kit/core'
import { parsePlatform, servesPlatform } from '../layout/platform.ts'
import type { BuiltPlatform } from './build-engine.ts'

/**
 * Whether an image is for the platforms that were asked for. buildah builds for its own machine when a base lacks the platform, and
 * says so in a warning at most (redhat-actions/buildah-build#99).
 * @throws KitError `platform-unavailable`
 */
export const requirePlatforms = (wanted: readonly string[] = [], built: readonly BuiltPlatform[]): void => {
  const there = built.map(({ platform }) => parsePlatform(platform))
  const missing = wanted.filter((text) => !there.some((platform) => servesPlatform(platform, withoutDefaultVariant(text))))
  if (missing.length === 0) return
  throw new KitError(
    'platform-unavailable',
    `The engine built ${built.map(({ platform }) => platform).join(', ')}, and ${missing.join(', ')} was asked for: a base image has no variant for it.`,
  )
}

/** `linux/arm64/v8` is `linux/arm64`: engines leave the variant out (github.com/containerd/platforms, Normalize). */
const withoutDefaultVariant = (text: string) => parsePlatform(text.replace(/^(\w+\/arm64)\/v8$/, '$1'))
