import { input } from '@deploy-kit/core'

/** What is built, from what and by what. */
export const buildInputs = {
  images: input.lines({
    about:
      'Names of the image, one a line, without tag, such as ghcr.io/acme/shop. Default: the name of the repository, which has no registry.',
  }),
  context: input.path({
    default: '.',
    about: 'Directory that COPY reads from: that of the checkout, never a clone of its own. Its .dockerignore counts.',
  }),
  file: input.path({ default: 'Dockerfile', about: 'Dockerfile, relative to the context.' }),
  target: input.text({ about: 'Stage to stop at. Default: the last one.' }),
  platforms: input.lines({
    about: 'Platforms to build for, one a line or separated by commas. Default: linux/amd64, whatever machine builds.',
  }),
  'build-args': input.assignments({ about: 'Values for ARG. They stay in the history of the image, so none of them may be a secret.' }),
  'build-contexts': input.assignments({
    about: 'Further sources that COPY --from can name: directories, docker-image://…, oci-layout://….',
  }),
  secrets: input.secretAssignments({
    about:
      'Secrets for RUN --mount=type=secret, by their ids. They reach the engine in its environment and never stand in an argument or a file.',
  }),
  'secret-envs': input.assignments({ about: 'The same from environment variables of the step: id=VARIABLE.' }),
  'secret-files': input.assignments({ about: 'The same from files: id=path.' }),
  ssh: input.lines({ about: 'SSH agents or keys for RUN --mount=type=ssh, such as `default`.' }),
  engine: input.choice(['auto', 'buildx', 'buildah', 'docker', 'oci'], {
    default: 'auto',
    about:
      'What builds. `buildx` is BuildKit, `buildah` also stands for podman, `docker` is Docker alone; `oci` needs no daemon and takes Dockerfiles without RUN. `auto` takes the best one here that lacks nothing this build needs, and says which.',
  }),
  builder: input.text({
    about:
      'Builder of buildx: its name, or the address of a BuildKit such as tcp://buildkit:1234. Default: the one in use, or one in a container when that cannot write OCI images.',
  }),
  'build-cache': input.lines({
    about:
      'Where layers are kept between builds: `gha`, `registry`, `local`, `inline`, each with BuildKit options after a comma (`registry,ref=ghcr.io/acme/cache`).',
  }),
  'cache-from': input.lines({ about: 'Caches to read only, in the words of BuildKit: type=registry,ref=….' }),
  'cache-to': input.lines({ about: 'Caches to write only, in the words of BuildKit.' }),
  'cache-errors': input.choice(['ignore', 'fail'], { default: 'ignore', about: 'Whether a cache that cannot be written fails the build.' }),
  'no-cache': input.boolean({ default: false, about: 'Builds every step anew.' }),
  pull: input.boolean({ default: false, about: 'Looks base images up anew.' }),
  network: input.choice(['default', 'none', 'host'], {
    default: 'default',
    about: 'Network of RUN. `host` must be allowed by the builder.',
  }),
  hosts: input.lines({ about: 'Lines `host:address` for /etc/hosts of RUN.' }),
  tags: input.lines({
    about:
      'Rules for tags in the grammar of docker/metadata-action, one a line, such as type=semver,pattern={{version}}; a whole reference is taken as it is. Default: the branch, the git tag or the pull request.',
  }),
  flavor: input.lines({ about: 'What all tags have in common: latest=auto, prefix=…, suffix=….' }),
  labels: input.assignments({ about: 'Labels over the standard ones (org.opencontainers.image.*), which are set by themselves.' }),
  annotations: input.assignments({ about: 'Annotations of the manifest; with a level in front (index:name=value) of the index.' }),
}

/** What becomes of the image. */
export const publicationInputs = {
  push: input.choice(['false', 'digest', 'true'], {
    default: 'false',
    about:
      'Whether the image goes to the registry: not at all, by digest alone, or with its tags. Push by `digest`, scan, and move the tags with a second step that has `digest`.',
  }),
  'skip-unchanged': input.boolean({
    default: false,
    about:
      'Builds nothing when the registry has an image of the same content: Dockerfile, context after .dockerignore, arguments, platforms, digests of base images. Its tags are moved. What RUN fetches from the network is not looked at.',
  }),
  sign: input.choice(['false', 'keyless', 'key'], {
    default: 'false',
    about:
      'Whether cosign signs the image, by its digest and before any tag moves: `keyless` by the identity of the job (`id-token: write`), or with `sign-key`.',
  }),
  'sign-key': input.text({
    about: 'Key for cosign: a file, env://VARIABLE, or one in a key store such as awskms://…. Its password is COSIGN_PASSWORD.',
  }),
  'sign-options': input.lines({ about: 'Further options of `cosign sign`, one a line, such as --signing-config=file.' }),
  'size-budget': input.text({
    about:
      'What the compressed image may have: 250MB, +5MB or +10% more than before, and the same for one platform (linux/arm64=300MB), separated by commas. Above it the step fails, and no tag is moved.',
  }),
  'size-baseline': input.text({
    about: 'Image that the size is compared with. Default: what the first of the tags names that is in the registry already.',
  }),
}
