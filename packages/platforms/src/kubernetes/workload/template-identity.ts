import { canonical } from '../objects/hash.ts'
import { prefix } from '../objects/labels.ts'
import type { PodTemplate } from '../objects/models.ts'
import { releaseIn } from './template.ts'

/** Set by `kubectl rollout restart`: a restart is no new version. */
const restartedAt = 'kubectl.kubernetes.io/restartedAt'

/**
 * Text that is the same for two templates that run the same, whatever release they are called: without the image of the released container,
 * without the variables of the release and without what deploy-kit writes. Names of copies are names of contents, so they count.
 */
export const identityText = (template: PodTemplate, container: string): string => {
  const environment = releaseIn(template)?.environment ?? {}
  const annotations = Object.entries(template.metadata?.annotations ?? {}).filter(
    ([key]) => !key.startsWith(`${prefix}/`) && key !== restartedAt,
  )
  return canonical({
    labels: template.metadata?.labels,
    annotations: Object.fromEntries(annotations),
    spec: {
      ...template.spec,
      containers: template.spec?.containers.map((each) =>
        each.name === container ? { ...each, image: undefined, env: each.env?.filter(({ name }) => !(name in environment)) } : each,
      ),
    },
  })
}

/** Whether two templates are the same to the letter, but for the order of variables, which server-side apply may change. */
export const sameTemplate = (a: PodTemplate | undefined, b: PodTemplate | undefined): boolean => comparable(a) === comparable(b)

const comparable = (template: PodTemplate | undefined): string =>
  canonical({
    labels: template?.metadata?.labels,
    annotations: Object.fromEntries(Object.entries(template?.metadata?.annotations ?? {}).filter(([key]) => key !== restartedAt)),
    spec: {
      ...template?.spec,
      containers: template?.spec?.containers.map(({ env, ...each }) => ({
        ...each,
        env: env?.toSorted((x, y) => (x.name < y.name ? -1 : 1)),
      })),
    },
  })
