// Renders the reusable workflows, the composite action and the templates for places that do not know the newest words
// of GitHub Actions: GitHub Enterprise Server, runners below 2.336.0, act.
//
//   node scripts/with-node-24.mjs scripts/render-workflows.ts --repository acme/deploy-kit --ref v1.2.3 [--to out/rendered]
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { composites, reusableWorkflows, templates } from './workflows/files.ts'
import { render } from './workflows/render.ts'

const { values } = parseArgs({
  options: { repository: { type: 'string' }, ref: { type: 'string' }, to: { type: 'string', default: 'out/rendered' } },
})

if (!/^[\w.-]+\/[\w.-]+$/.test(values.repository ?? '') || !/^[\w./-]+$/.test(values.ref ?? '')) {
  console.error('Say where deploy-kit is: --repository owner/name --ref v1.2.3 (a tag or a commit)')
  process.exit(1)
}

const home = { repository: values.repository ?? '', ref: values.ref ?? '' }
for (const path of [...reusableWorkflows(), ...composites, ...templates()]) {
  const to = join(values.to, path)
  await mkdir(dirname(to), { recursive: true })
  const notice = `# Rendered from ${path} for ${home.repository}@${home.ref} by scripts/render-workflows.ts. Without \`queue\`, GitHub\n# drops the older of two waiting releases; without \`deployment: false\`, it writes a Deployment record for each job.\n`
  await writeFile(to, notice + render(await readFile(path, 'utf8'), home))
  console.log(to)
}
