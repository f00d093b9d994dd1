import type { ReasonCodePages } from './reason-code.ts'

export const generalCodes = {
  ok: {
    title: 'Everything that was asked for was done',
    cause: 'Nothing went wrong.',
    remedy: 'Nothing to do.',
  },
  'internal-error': {
    title: 'A fault in deploy-kit itself',
    cause: 'Something was thrown that deploy-kit did not foresee.',
    remedy: 'Run again with debug logging and open an issue with the log.',
  },
  'input-missing': {
    title: 'A required input was not given',
    cause: 'GitHub does not enforce `required: true`, so deploy-kit checks it before anything is touched.',
    remedy: 'Set the input named in the message.',
  },
  'input-invalid': {
    title: 'An input has a value that is not allowed',
    cause: 'The value does not parse or is outside the allowed range or set.',
    remedy: 'Use one of the allowed values named in the message.',
  },
  cancelled: {
    title: 'The run was cancelled',
    cause: 'The process received SIGINT or SIGTERM: a cancelled job, a newer run, a job timeout or a runner that shuts down.',
    remedy: 'Run the job again when the release is still wanted.',
  },
  'tool-missing': {
    title: 'A program that the step needs is not on this machine',
    cause: 'The program is neither on PATH nor given by an input.',
    remedy: 'Install the program, or name it by the input in the message.',
  },
  'node-too-old': {
    title: 'This version of Node lacks something that is needed',
    cause: 'The command line runs on Node 20.18 and newer; some of what images and archives may hold needs more.',
    remedy: 'Run it with Node 24, for example by `npm run deploy-kit --`, which brings its own.',
  },
  'tool-failed': {
    title: 'A program ended with an error',
    cause: 'The exit status was not zero; the last lines of its output are in the message.',
    remedy: 'Read the last lines of its output in the message.',
  },
  'tool-timeout': {
    title: 'A program did not end in time',
    cause: 'The deadline passed and the program was killed.',
    remedy: 'Find out what it waits for, or give it more time.',
  },
  'http-unreachable': {
    title: 'A server could not be reached',
    cause: 'The connection failed, or every try was answered with an error that is worth a retry.',
    remedy: 'Check the address, the network and the state of the server.',
  },
  'http-rejected': {
    title: 'A server refused a request',
    cause: 'The server answered with a status that no retry will change.',
    remedy: 'Read the answer in the message; check address and credentials.',
  },
} as const satisfies ReasonCodePages
