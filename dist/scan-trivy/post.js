import { run } from '../index.js'

await run('scan-trivy', 'post')
