import { readFile } from 'node:fs/promises'
import { KitError } from '@deploy-kit/core'
import { z } from 'zod'

/** Weaknesses that are known to be exploited. */
export interface ExploitedCatalogue {
  readonly ids: ReadonlySet<string>
  /** When it was released, as it says itself. */
  readonly releasedAt: string
}

/** CISA's known_exploited_vulnerabilities.json. */
const catalogue = z.object({ dateReleased: z.string(), vulnerabilities: z.array(z.object({ cveID: z.string() })) })

/** @throws KitError `feed-invalid` */
export const readExploited = async (file: string): Promise<ExploitedCatalogue> => {
  const checked = catalogue.safeParse(
    await readFile(file, 'utf8')
      .then((text): unknown => JSON.parse(text))
      .catch((error: unknown) => {
        throw new KitError('feed-invalid', `\`${file}\` cannot be read as the catalogue of exploited weaknesses.`, { cause: error })
      }),
  )
  if (!checked.success)
    throw new KitError(
      'feed-invalid',
      `\`${file}\` is not CISA's catalogue: \`dateReleased\` and \`vulnerabilities[].cveID\` are expected.`,
    )
  return { ids: new Set(checked.data.vulnerabilities.map(({ cveID }) => cveID)), releasedAt: checked.data.dateReleased }
}
