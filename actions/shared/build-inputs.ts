import { input } from '@deploy-kit/core'

/** What is built, from what and by what. */
export const buildInputs = {
  context: input.path({ default: '.', about: 'Directory that COPY reads from. Its .dockerignore counts.' }),
  file: input.path({ default: 'Dockerfile', about: 'Dockerfile, relative to the context.' }),
  target: input.text({ about: 'Stage to stop at. Default: the last one.' }),
  'build-args': input.assignments({ about: 'Values for ARG. They stay in the history of the image, so none of them may be a secret.' }),
  engine: input.choice(['auto', 'oci'], {
    default: 'auto',
    about:
      'What builds. `oci` needs no daemon and takes Dockerfiles without RUN; `auto` picks the first engine here that can build the file, and says which.',
  }),
}
