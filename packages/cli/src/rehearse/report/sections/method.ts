import type { RehearsalResult } from '../../result.ts'
import { html, type Markup } from '../page/html.ts'
import { count, odds } from '../words/format.ts'
import { failingLook, named } from '../words/story.ts'

/** How the numbers came about, so that one can judge what they are worth. */
export const method = (result: RehearsalResult): Markup =>
  html`<section aria-labelledby="method">
    <h2 id="method">How this was measured</h2>
    <ul>
      <li>
        <b>Traffic.</b> ${count(result.traffic.perSecond)} requests a second from the first release to the end, sent whether or not earlier
        ones were answered, so that a stall cannot hide. Half of the connections are kept alive, the other half are new.
      </li>
      <li>
        <b>Lost</b> is a request without an answer of any version: connection refused or reset, no answer in time, or a 502, 503 or 504 of
        the proxy. <b>Failed</b> is an answer of a version with a status of 500 or above.
      </li>
      <li>
        <b>Releases</b> ran as the bundled actions that a GitHub runner starts, each in a process of its own, through a weighted proxy that
        outlives them. Everything listened on this machine alone.
      </li>
      <li>
        <b>Evidence</b> is read as odds. ${evidence(result)} The judge may look as often as it likes: the odds hold at all looks together.
      </li>
      <li>
        <b>Caught</b> runs from the moment the bad version got weight to the judge's verdict. <b>Home</b> runs from SIGKILL, which a process
        cannot hear, to the moment the proxy had all traffic on the stable version; a second process, as the rollback job would be, found
        the lease and reconciled.
      </li>
    </ul>
  </section>`

const evidence = (result: RehearsalResult): string => {
  const needed = failingLook(named(result, 'bad'))?.againstNeeded
  return needed === undefined || needed === null
    ? 'Odds of 100 : 1 against a release that is no worse than stable come up in at most 1 of 100 rollouts.'
    : `If a release is no worse than stable, odds of ${odds(needed)} against it come up in at most 1 of ${count(needed)} rollouts.`
}
