import { html, type Markup } from '../page/html.ts'

/** Where a reader goes from here. Paths are those of the repository, because this file may lie anywhere. */
export const next: Markup = html`<section aria-labelledby="next">
  <h2 id="next">Where to go next</h2>
  <ul>
    <li><code>README.md</code>: use the actions in a repository of your own, in five minutes.</li>
    <li><code>workflows-templates/</code>: workflows to copy, from build to rollback, with least permissions.</li>
    <li><code>packages/judge/README.md</code>: the statistics behind the odds, with a worked example.</li>
    <li><code>docs/architecture.md</code> and <code>docs/adr/</code>: how it is made, and why.</li>
    <li><code>npm start -- --json</code>: this rehearsal as one JSON document; <code>schema/rehearsal.schema.json</code> describes it.</li>
  </ul>
</section>`
