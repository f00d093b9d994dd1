import type { AppView, VersionView } from '../protocol.ts'
import type { App } from './app.ts'
import type { Version } from './version.ts'

/** An app as the admin API shows it. */
export const viewOf = async (app: App, url: string | undefined): Promise<AppView> => {
  const [stable, canary, kept] = await Promise.all([app.stable, app.canary, app.kept].map(versionView))
  return {
    app: app.name,
    weight: app.weight,
    ...(url !== undefined && { url }),
    ...(stable !== undefined && { stable }),
    ...(canary !== undefined && { canary }),
    ...(kept !== undefined && { kept }),
  }
}

const versionView = async (version: Version | undefined): Promise<VersionView | undefined> => {
  if (version === undefined) return undefined
  const { release, settings, phase, ready, failure } = version
  const runningDigest = await version.runningDigest()
  return {
    release,
    replicas: settings.replicas,
    ready,
    phase,
    ...(runningDigest !== undefined && { runningDigest }),
    ...(failure !== undefined && { failure: { code: failure.code, message: failure.message, remedy: failure.remedy } }),
  }
}
