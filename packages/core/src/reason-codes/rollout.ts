import type { ReasonCodePages } from './reason-code.ts'

export const rolloutCodes = {
  'canary-failing': {
    title: 'The judge found the canary worse than stable',
    cause:
      'The evidence that the new version fails more often, or answers more slowly, than the running one passed the stated budget of false rollbacks.',
    remedy: 'Look at the errors of the version named in the message; release a corrected one.',
  },
  'not-enough-evidence': {
    title: 'A step ended without enough evidence to go on',
    cause: 'Too few requests reached the canary before `bake.max` and the policy says not to promote on less.',
    remedy: 'Give the step more weight or more time, or send synthetic traffic.',
  },
  'metrics-unavailable': {
    title: 'The metrics could not be read',
    cause: 'The source of the counts failed more often than its budget allows. Missing data is never taken for health.',
    remedy: 'Check the metric source named in the message.',
  },
  'smoke-failed': {
    title: 'A smoke test of the release failed',
    cause: 'A check of the smoke suite did not hold, before or after the version had traffic.',
    remedy: 'Read the failed check in the summary; run the suite against the version with the smoke-test action.',
  },
  'approval-rejected': {
    title: 'Somebody rejected the step, or nobody approved it in time',
    cause: 'The step asks for an approval.',
    remedy: 'Ask the person named in the message; release again when the objection is settled.',
  },
  'rollout-timeout': {
    title: 'The rollout did not end before its deadline',
    cause: 'The sum of preparation, bakes and gates took longer than `deadline`.',
    remedy: 'Raise the deadline, or shorten the steps.',
  },
  'lease-held': {
    title: 'Another run is releasing this app',
    cause: 'A live lease of another run was found. Only its holder may change the target.',
    remedy: 'Wait for the run named in the message, or cancel it; an expired lease is recovered by the next release.',
  },
  'lease-lost': {
    title: 'Another run has taken the lease over',
    cause: 'The lease changed between two steps: it expired and was recovered, or a newer attempt took it over.',
    remedy: 'Look at the run named in the message; this run has stopped and touches nothing more.',
  },
  'foreign-writer': {
    title: 'Somebody else changed the target',
    cause: 'What was observed is neither the last value that deploy-kit wrote nor the next one it was about to write.',
    remedy: 'Find out who wrote the value in the message, put it right, and run `auto-rollback` with `mode: reconcile`.',
  },
  'weight-returned': {
    title: 'The target returned the traffic by itself',
    cause:
      'The lease had not been renewed in time, because the process was suspended or cut off, so the dead-man switch sent everybody to stable.',
    remedy:
      'Release again. When it happens again, look for a runner that is overloaded or cut off, or raise the time to live of the lease.',
  },
  'release-superseded': {
    title: 'Another version asked for the place of this one',
    cause: 'A third version was released while this one was under way.',
    remedy: 'Wait for the rollout under way, or set `on-newer: supersede`.',
  },
  'judge-changed': {
    title: 'The rollout under way was judged by something else',
    cause:
      'A frozen rollout, or one of an earlier attempt, was to be carried on with other metrics, or by another version of deploy-kit; what its judge knew is no answer to what is asked now.',
    remedy: 'Nothing to do: it was brought home, and the release began anew with the metrics that are configured now.',
  },
  'nothing-to-release': {
    title: 'The version already serves',
    cause: 'The digest asked for is the stable one.',
    remedy: 'Nothing to do.',
  },
  'preflight-failed': {
    title: 'Something stands against the release',
    cause: 'A look at the target, before anything was touched, found what would make the release fail or hurt.',
    remedy: 'Correct what the message lists; `deploy-kit plan` shows the same without releasing.',
  },
  'plan-impossible': {
    title: 'The plan cannot be carried out',
    cause: 'The strategy, the weights or the times contradict each other or the platform.',
    remedy: 'Change the setting named in the message.',
  },
  'approval-unexpected': {
    title: 'No rollout waits for this approval',
    cause: 'There is no rollout under way, or its plan asks for no approval at that step.',
    remedy: 'See `deploy-kit status` for the rollout that is under way and the step that it waits at.',
  },
  'digest-mismatch': {
    title: 'What runs is not what was asked for',
    cause: 'The digest read back from the running instances differs from the one that was prepared.',
    remedy: 'Look for a tag that moved, an admission webhook that rewrites images, or a cache that is stale.',
  },
  frozen: {
    title: 'The rollout was frozen where it stood',
    cause: 'The job was cancelled and `on-cancel: freeze` keeps the weights for a limited time.',
    remedy:
      'Release the same version again to go on, or run `auto-rollback` with `mode: execute` to return now. It returns by itself when its time is over.',
  },
  'watch-failed': {
    title: 'The version failed after promotion and was rolled back',
    cause: 'The watch after the promotion found the version failing; the release that it had replaced serves again.',
    remedy: 'Look at the errors of the version named in the message; release a corrected one.',
  },
} as const satisfies ReasonCodePages
