import type { LoggedEvent } from '@deploy-kit/rollout'
import type { RehearsedRelease } from './result.ts'
import type { Scene } from './scenes.ts'
import type { TrafficCount } from './traffic.ts'

/** What a rehearsal shows while it runs: a live table on a terminal, plain lines elsewhere. */
export interface Screen {
  /** One line about a stage that is not a release. */
  say(text: string): void
  begin(scene: Scene): void
  event(scene: Scene, event: LoggedEvent, traffic: TrafficCount | undefined): void
  note(scene: Scene, text: string): void
  end(release: RehearsedRelease): void
  close(): void
}
