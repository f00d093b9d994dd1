import { keys, words } from '@deploy-kit/core/yaml'
import type * as z from 'zod'
import { template } from '../template-schema.ts'
import { access, address, lag } from '../windows/options.ts'

export const lokiOptions = {
  ratio: keys({
    url: address.describe('Where `/loki/api/v1/query` is found, with the prefix where there is one.'),
    tenant: words.exactOptional().describe('Tenant: X-Scope-OrgID.'),
    ...access,
    total: template('a log query whose lines are the requests of a side, such as `{app="shop", version="{{version}}"} | json`'),
    failed: words
      .regex(/^\s*(\||!)/, { error: 'expected stages that are added to `total`, beginning with `|` or `!`: `| status >= 500`' })
      .describe('Stages added to `total` that leave the lines of failed requests: `| status >= 500`, `|= "level=error"`.'),
    lag: lag('30s', 'Log shippers send in batches.'),
  }),
}

export type LokiOptions = z.output<typeof lokiOptions.ratio>
