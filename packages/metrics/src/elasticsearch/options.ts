import { keys, words } from '@deploy-kit/core/yaml'
import type * as z from 'zod'
import { secret } from '../secret.ts'
import { template } from '../template-schema.ts'
import { access, address, lag } from '../windows/options.ts'

export const elasticsearchOptions = {
  ratio: keys({
    url: address.describe('Address of the cluster.'),
    index: words
      .regex(/^[^\s/?#\\"<>|]+$/, { error: 'expected the name of an index, a data stream or an alias, such as `logs-shop-*`' })
      .describe('Index, data stream or alias of the requests; `*` and commas as Elasticsearch has them.'),
    'api-key': secret.exactOptional().describe('Encoded API key.'),
    ...access,
    'time-field': words.prefault('@timestamp').describe('Field with the time of the request.'),
    total: template('which documents are requests of a side, in Lucene syntax: `service.name:shop AND service.version:"{{version}}"`'),
    failed: words.describe('Which of these have failed, in Lucene syntax: `http.response.status_code:[500 TO *]`.'),
    lag: lag('30s', 'Shippers send in batches, and an index shows nothing new before it is refreshed.'),
  }),
}

export type ElasticsearchOptions = z.output<typeof elasticsearchOptions.ratio>
