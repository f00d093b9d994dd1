import { defineAction, input } from '@deploy-kit/core'

export const smokeTest = defineAction({
  name: 'smoke-test',
  title: 'deploy-kit: smoke test',
  summary: 'Asks a deployment the questions of a suite and makes sure that the expected version answers.',
  inputs: {
    suite: input.path({ required: true, about: 'The suite, a YAML file of requests and what their answers must be.' }),
    url: input.url({ required: true, about: 'Address that the paths of the suite start from.' }),
    'expected-version': input.text({
      about: 'Version that must answer, so that the old one cannot pass in place of the new one. Default: what the suite says, else any.',
    }),
    headers: input.headers({
      about: 'Headers for every request, one `Name: value` a line. Values of headers that carry credentials are masked.',
    }),
    timeout: input.duration({ about: 'Deadline of the whole suite. Default: what the suite says, else 1m.' }),
    junit: input.path({ about: 'Where a JUnit report goes. Default: none is written.' }),
  },
  outputs: {
    passed: 'Number of checks that passed.',
    failed: 'Number of checks that failed.',
    flaky: 'Number of checks that passed only after a retry.',
    junit: 'Path of the JUnit report, when one was written.',
  },
  permissions: { contents: ['read', 'to read the suite from the checkout'] },
  hosts: { 'the host of `url`': 'To send the requests of the suite.' },
  branding: { icon: 'check-circle', color: 'blue' },
})
