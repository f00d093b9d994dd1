import { run } from '../index.js'

await run('auto-rollback', 'post')
