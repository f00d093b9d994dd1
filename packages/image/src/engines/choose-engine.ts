import { KitError } from '@deploy-kit/core'
import type { BuildEngine, BuildPorts, BuildRequest, Feature, Presence } from './build-engine.ts'
import { engineNames, engines, type EngineName } from './index.ts'
import { needsOf } from './needs.ts'

/** An engine that can do what a request asks. */
export interface ChosenEngine {
  readonly name: EngineName
  readonly engine: BuildEngine
  readonly version: string
  /** What it lacks that this build does not need, as sentences. */
  readonly lacks: readonly string[]
  readonly pushes: boolean
}

/**
 * The engines here that can do what a request asks, the best first; the named one alone when one is named.
 * @throws KitError `engine-unavailable`, which says of each engine why not
 */
export const chooseEngines = async (
  wanted: EngineName | 'auto',
  request: BuildRequest,
  ports: BuildPorts,
): Promise<readonly ChosenEngine[]> => {
  const needs = await needsOf(request)
  const able: ChosenEngine[] = []
  const not: string[] = []
  for (const name of wanted === 'auto' ? engineNames : [wanted]) {
    const { createEngine } = await engines[name]()
    const engine = createEngine()
    const presence = await engine.presence(request, ports)
    // An engine that was named tells of its Dockerfile itself, with the line.
    const why = hindrance(presence, wanted === 'auto' ? needs : needs.filter((feature) => feature !== 'instructions'))
    if (why !== undefined) not.push(`${name}: ${why}`)
    else if (presence.present)
      able.push({
        name,
        engine,
        version: presence.version,
        lacks: sentences(presence.lacks),
        pushes: presence.lacks['direct-push'] === undefined,
      })
    // The first that can do it is taken; the next ones serve when its daemon turns out not to answer.
    if (able.length > 0 && ports.mayAsk === false) break
  }
  if (able.length === 0) throw new KitError('engine-unavailable', `No engine here can build this.\n  ${not.join('\n  ')}`)
  return able
}

/** Why an engine cannot do it; undefined when it can. */
const hindrance = (presence: Presence, needs: readonly Feature[]): string | undefined => {
  if (!presence.present) return `${presence.why}.`
  const lacking = needs.filter((feature) => presence.lacks[feature] !== undefined)
  if (lacking.length === 0) return undefined
  return lacking.map((feature) => sentence(feature, presence.lacks[feature] ?? '')).join(' ')
}

const words: Readonly<Record<Feature, string>> = {
  instructions: 'some instructions of this Dockerfile',
  'layout-base': 'bases that are OCI layouts',
  'multi-platform': 'several platforms at once',
  'build-contexts': 'further build contexts',
  secrets: 'secrets',
  ssh: 'SSH agents',
  cache: 'caches to import and export',
  annotations: 'annotations',
  'annotation-levels': 'annotations of anything but the manifest',
  provenance: 'provenance attestations',
  sbom: 'SBOM attestations',
  load: 'loading into Docker',
  network: 'network and hosts of RUN',
  'direct-push': 'pushing by digest',
  timestamps: 'reproducible timestamps',
}

const sentence = (feature: Feature, why: string): string => `It lacks ${words[feature]} ${why}.`
const sentences = (lacks: Readonly<Partial<Record<Feature, string>>>): readonly string[] =>
  (Object.entries(lacks) as readonly (readonly [Feature, string])[]).map(([feature, why]) => sentence(feature, why))
