import { KitError } from '@deploy-kit/core'

/** What an image runs on, with the specification's keys. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

/**
 * Parses `os/architecture[/variant]`, such as linux/amd64.
 * @throws KitError `build-request-invalid`
 */
export const parsePlatform = (text: string): Platform => {
  const [os, architecture, variant, ...more] = text.split('/')
  const parts = [os, architecture, ...(variant === undefined ? [] : [variant])]
  if (more.length > 0 || !parts.every((part) => part !== undefined && /^[a-z0-9_.-]+$/.test(part))) {
    throw new KitError('build-request-invalid', `\`${text}\` is not a platform such as linux/amd64 or linux/arm64/v8.`)
  }
  return { os: os ?? '', architecture: architecture ?? '', ...(variant === undefined ? {} : { variant }) }
}

export const formatPlatform = (platform: Platform): string =>
  [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join('/')

/** Whether an image for `offered` serves where `wanted` is asked for; a variant counts only when it was asked for. */
export const servesPlatform = (offered: Platform, wanted: Platform): boolean =>
  offered.os === wanted.os &&
  offered.architecture === wanted.architecture &&
  (wanted.variant === undefined || offered.variant === wanted.variant)
