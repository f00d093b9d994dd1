// What the tests of the GitHub host run as a step of its own; the first argument says what it does.
import { defineAction, input, KitError, runs, systemClock, type ActionHost } from '@deploy-kit/core'
import { githubHost } from '@deploy-kit/core/github-actions'

const definition = defineAction({
  name: 'step',
  title: 'Step',
  summary: 'A step for tests.',
  inputs: {
    'bake-min': input.duration({ default: 30_000, about: 'A name with a dash.' }),
    image: input.text({ required: true, about: 'Image.' }),
    token: input.secret({ about: 'Token.' }),
  },
  outputs: { said: 'What was said.' },
  permissions: {},
  hosts: {},
  branding: { icon: 'box', color: 'blue' },
})

const done = { ok: true, outcome: 'done', reasonCode: 'ok', reason: 'Done.', result: null, outputs: {} } as const

const main = runs(definition, async ({ inputs, host }) => ({
  ...done,
  outputs: { said: `${inputs.image} ${inputs['bake-min']}\nwith % and a line` },
  summary: `token is ${inputs.token ?? 'absent'}`,
  result: { run: host.run.id, attempt: host.run.attempt, link: host.run.link ?? null },
}))

/** Waits for its cancellation, comes home, and says so. */
const release = runs(definition, async ({ host, signal }) => {
  host.state.save('phase', 'shifting')
  host.log.info('at 25 %')
  try {
    await systemClock.sleep(60_000, signal)
  } catch (error) {
    host.state.save('phase', 'home')
    throw error
  }
  return done
})

const parts: Readonly<Record<string, (host: ActionHost) => Promise<unknown>>> = {
  main,
  release,
  broken: runs(definition, async () => {
    throw new KitError('lease-held', 'Run 7 holds it,\nfor 5 % of the time.')
  }),
  post: async (host) => host.log.info(`phase was ${host.state.read('phase')}`),
  annotations: async (host) => {
    for (let n = 1; n <= 12; n += 1) host.log.warning(`warning ${n}`, { file: 'deploy-kit.yml', line: n, column: 2 })
    host.log.notice('x'.repeat(5_000))
  },
  outside: async (host) => {
    host.log.info('a title\n::error::not ours\n  ::add-mask::a\n##[error]old style')
    await host.log.group('a group\n::error::not ours', async () => host.log.debug('::error::not ours'))
  },
  'long summary': async (host) => {
    await host.summary('first')
    await host.summary(`${'äöü'.repeat(100)}\n`.repeat(2_000))
    await host.summary('last')
  },
}
await parts[process.argv[2] ?? '']?.(githubHost())
