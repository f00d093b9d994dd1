import { input } from '@deploy-kit/core'

const minute = 60_000

/** How a version is released. Each input that is not given is what the configuration says for the environment. */
export const rolloutInputs = {
  strategy: input.choice(['canary', 'blue-green', 'rolling'], { about: 'How traffic moves. Default: the configuration, else canary.' }),
  steps: input.weights({ about: 'Percent of requests at each step of a canary. Default: the configuration, else 5, 25, 50, 100.' }),
  'bake-min': input.duration({ about: 'Shortest time at a step. Default: the configuration, else 30s.' }),
  'bake-max': input.duration({
    about: 'Longest time at a step. The judge goes on earlier when the evidence suffices. Default: the configuration, else 10m.',
  }),
  'on-insufficient': input.choice(['hold', 'promote-if-within-tolerance', 'abort'], {
    about:
      'What happens when bake-max has passed without evidence enough: wait until the deadline, go on when the rates seen so far are within the tolerance, or go back. Default: the configuration, else hold.',
  }),
  'false-rollbacks': input.share({
    about: 'Share of good releases that the judge may wrongly send back, over the whole rollout. Default: the configuration, else 1%.',
  }),
  watch: input.duration({ about: 'How long the judge goes on watching after the promotion. Default: the configuration, else 15m.' }),
  smoke: input.path({
    about:
      'Smoke suite that is run against the new version before it has traffic, and against production after the promotion. Default: the configuration, else none.',
  }),
  deadline: input.duration({
    about:
      'The rollout goes back when it has not reached its promotion by then. Keep it below timeout-minutes of the job. Default: the configuration, else 1h.',
  }),
}

/** How a run behaves towards others that want the same target, and how often it looks. */
export const leaseInputs = {
  'on-cancel': input.choice(['abort', 'freeze'], {
    about:
      'What a cancelled job leaves behind: all traffic on stable, or the weight as it stands for `freeze-for`. Default: the configuration, else abort.',
  }),
  'freeze-for': input.duration({
    default: 60 * minute,
    about: 'How long a frozen rollout may stand before its traffic returns to stable.',
  }),
  'on-newer': input.choice(['refuse', 'supersede'], {
    default: 'refuse',
    about:
      'What this run does when an older run of the same app is still releasing: fail and name the holder, or end that rollout safely and take its place.',
  }),
  'lease-ttl': input.duration({
    default: 2 * minute,
    about: 'Time after which the lease of a run that has gone silent counts as abandoned, and its traffic may be taken home by anybody.',
  }),
  poll: input.duration({ about: 'Time between two looks of the judge. Default: the configuration, else 5s.' }),
}

/** A plan without any change. */
export const dryRunInput = (whatIsShown: string) => ({
  'dry-run': input.boolean({ default: false, about: `Touches nothing: ${whatIsShown}` }),
})
