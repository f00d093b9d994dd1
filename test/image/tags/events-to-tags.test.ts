import { describe, expect, test } from '@jest/globals'
import type { BuildEvent } from '@deploy-kit/image/tags'
import { dispatch, nowhere, pull, pullHead, pullTarget, push, pushTag, release, schedule, tagsFor } from './events.ts'

// Each row is an expectation that docker/metadata-action publishes, in its README or its tests: event, rules, flavor, tags in order.
type Row = readonly [story: string, event: BuildEvent, rules: readonly string[], tags: readonly string[], flavor?: readonly string[]]

const commit = '860c1904a1ce19322e91ac35af1ab07466440c37'

const rows: Readonly<Record<string, readonly Row[]>> = {
  'without rules': [
    ['a branch gives its name', push('dev'), [], ['dev']],
    ['slashes become dashes', push('releases/v1'), [], ['releases-v1']],
    ['a hand-started run is of its branch', dispatch('master'), [], ['master']],
    ['a pull request gives its number', pull(), [], ['pr-15']],
    ['so does one from a fork, never the base branch', pullTarget(), [], ['pr-15']],
    ['a git tag gives its name and latest', pushTag('v1.2.3'), [], ['v1.2.3', 'latest']],
    ['even a pre-release, since no rule knows versions', pushTag('v2.0.8-beta.67'), [], ['v2.0.8-beta.67', 'latest']],
    ['a tag that is no version', pushTag('release1'), [], ['release1', 'latest']],
    ['a published release is its tag', release('v1.1.1'), [], ['v1.1.1', 'latest']],
    ['a schedule is nightly, and its branch', schedule(), [], ['nightly', 'master']],
    ['nothing is known', nowhere(), [], []],
  ],
  semver: [
    [
      'patterns',
      pushTag('v1.2.3'),
      ['type=semver,pattern={{version}}', 'type=semver,pattern={{major}}.{{minor}}', 'type=semver,pattern={{major}}'],
      ['1.2.3', '1.2', '1', 'latest'],
    ],
    [
      'equal tags once',
      pushTag('v1.1.1'),
      ['type=semver,pattern={{version}}', 'type=semver,pattern={{major}}.{{minor}}.{{patch}}'],
      ['1.1.1', 'latest'],
    ],
    ['raw keeps the v', pushTag('v1.2.3'), ['type=semver,pattern={{raw}}'], ['v1.2.3', 'latest']],
    ['text around', pushTag('v1.2.3'), ['type=semver,pattern=v{{major}}'], ['v1', 'latest']],
    ['minor and patch', pushTag('v1.2.3'), ['type=semver,pattern={{minor}}', 'type=semver,pattern={{patch}}'], ['2', '3', 'latest']],
    [
      'a pre-release is only itself',
      pushTag('v2.0.8-beta.67'),
      ['type=semver,pattern={{major}}.{{minor}}', 'type=semver,pattern={{major}}'],
      ['2.0.8-beta.67'],
    ],
    ['a pre-release raw', pushTag('v2.0.8-beta.67'), ['type=semver,pattern={{raw}}'], ['v2.0.8-beta.67']],
    [
      'build metadata',
      pushTag('v9.5.7-alpha.2+fork.3'),
      ['type=semver,pattern={{raw}}', 'type=semver,pattern={{version}}'],
      ['v9.5.7-alpha.2-fork.3', '9.5.7-alpha.2'],
    ],
    ['more digits', pushTag('v101.12.13'), ['type=semver,pattern={{major}}.{{minor}}'], ['101.12', 'latest']],
    ['a value', push('master'), ['type=semver,pattern={{version}},value=v1.2.3', 'type=edge'], ['1.2.3', 'edge', 'latest']],
    ['a branch is none', push('master'), ['type=semver,pattern={{version}}'], []],
    ['a version inside a name', pushTag('shop/v1.2.3'), ['type=semver,pattern={{version}},match=shop/(.*)$'], ['1.2.3', 'latest']],
    ['not a version', pushTag('sometag'), ['type=ref,event=tag', 'type=semver,pattern={{version}}'], ['sometag'], ['latest=false']],
  ],
  pep440: [
    ['raw', pushTag('v1.1.1'), ['type=pep440,pattern={{raw}}', 'type=pep440,pattern={{major}}.{{minor}}'], ['v1.1.1', '1.1', 'latest']],
    ['two parts', pushTag('1.2'), ['type=pep440,pattern={{version}}', 'type=pep440,pattern={{major}}.{{minor}}'], ['1.2', 'latest']],
    [
      'all parts',
      pushTag('v1.1.1'),
      ['type=pep440,pattern={{version}}', 'type=pep440,pattern={{major}}.{{minor}}.{{patch}}', 'type=pep440,pattern={{major}}'],
      ['1.1.1', '1', 'latest'],
    ],
    ['beta', pushTag('1.1beta2'), ['type=pep440,pattern={{major}}.{{minor}}', 'type=pep440,pattern={{major}}'], ['1.1b2']],
    ['development', pushTag('1.0dev4'), ['type=pep440,pattern={{major}}.{{minor}}'], ['1.0.dev4']],
    ['post', pushTag('1.2post1'), ['type=pep440,pattern={{version}}', 'type=pep440,pattern={{major}}'], ['1.2.post1']],
    [
      'candidate',
      pushTag('v1.2.3rc2'),
      ['type=pep440,pattern={{raw}}', 'type=pep440,pattern={{major}}.{{minor}}'],
      ['v1.2.3rc2', '1.2.3rc2'],
    ],
    ['not a version', pushTag('sometag'), ['type=pep440,pattern={{version}}'], []],
  ],
  match: [
    ['whole match', pushTag('v1.2.3'), [String.raw`type=match,pattern=\d.\d.\d`], ['1.2.3', 'latest']],
    ['group', pushTag('v2.0.8-beta.67'), ['type=match,pattern=v(.*),group=1'], ['2.0.8-beta.67', 'latest']],
    [
      'two groups',
      pushTag('v2.0.8-beta.67'),
      ['type=match,"pattern=v(.*)-beta.(.*)",group=1', 'type=match,"pattern=v(.*)-beta.(.*)",group=2'],
      ['2.0.8', '67', 'latest'],
    ],
    ['quotes for a comma', pushTag('release1'), [String.raw`type=match,"pattern=^release\d{1,2}"`], ['release1', 'latest']],
    ['dates', pushTag('20200110-RC2'), ['type=match,pattern=(.*)-RC,group=1'], ['20200110'], ['latest=false']],
    ['a path', pushTag('p1/v1.0.0'), [String.raw`type=match,pattern=p1/v(\d.\d),group=1`, 'type=sha'], ['1.0', 'sha-860c190', 'latest']],
    ['a group that is not there', pushTag('p1/v1.0.0'), [String.raw`type=match,pattern=p1/v(\d.\d),group=3`, 'type=sha'], ['sha-860c190']],
    ['flags', pushTag('V1.0.0'), [String.raw`type=match,"pattern=/^v(\d.\d.\d)$/ig",group=1`], ['1.0.0', 'latest']],
    ['no match', pushTag('sometag'), [String.raw`type=match,"pattern=\d.\d"`], []],
    ['a value', push('master'), ['type=match,pattern=v(.*),group=1,value=v1.2.3', 'type=edge'], ['1.2.3', 'edge', 'latest']],
    ['disabled', push('master'), ['type=match,enable=false,pattern=v(.*),group=1,value=v1.2.3', 'type=edge'], ['edge']],
  ],
  'edge, ref, raw, sha': [
    ['edge of the default branch', push('master'), ['type=edge', 'type=sha'], ['edge', 'sha-860c190']],
    ['edge of another', push('dev'), ['type=edge,branch=dev', 'type=sha'], ['edge', 'sha-860c190']],
    ['not the edge', push('master'), ['type=edge,branch=dev', 'type=sha'], ['sha-860c190']],
    ['long', push('dev'), ['type=ref,event=branch', 'type=sha,format=long'], ['dev', `sha-${commit}`]],
    [
      'raw in all its forms',
      push('dev'),
      ['type=ref,event=branch', 'type=raw,my', 'type=raw,value=custom', 'tags'],
      ['dev', 'my', 'custom', 'tags'],
    ],
    ['priority', push('master'), ['type=edge', 'type=ref,priority=2000,event=branch'], ['master', 'edge']],
    ['sha first', pull(), ['type=ref,event=pr', 'type=sha,priority=2000'], ['sha-860c190', 'pr-15']],
    ['the first rule decides on latest', pushTag('v1.1.1'), ['type=raw,priority=2000,foo', 'type=ref,event=tag'], ['foo', 'v1.1.1']],
    ['all kinds of reference', pullTarget(), ['type=ref,event=tag', 'type=ref,event=pr', 'type=ref,event=branch'], ['pr-15']],
    ['the last commit of a pull request', pullHead(), ['type=sha'], ['sha-3370e22']],
  ],
  expressions: [
    [
      'of a branch',
      push('master'),
      ['type=raw,value=mytag-{{branch}}', 'type=raw,value=mytag-tag-{{tag}}', 'type=raw,value=mytag-baseref-{{base_ref}}'],
      ['mytag-master', 'mytag-tag-', 'mytag-baseref-'],
    ],
    [
      'of a tag',
      pushTag('v1.1.1', 'master'),
      ['type=raw,{{tag}}-{{sha}}-foo', 'type=raw,{{base_ref}}-foo', 'type=raw,defbranch-foo,enable={{is_default_branch}}'],
      ['v1.1.1-860c190-foo', 'master-foo'],
    ],
    [
      'of a pull request',
      pull(),
      ['type=raw,value=mytag-{{base_ref}}', 'type=raw,mytag-defbranch,enable={{is_default_branch}}'],
      ['mytag-master'],
    ],
    ['of a release', release('v1.1.1'), ['type=ref,event=tag', 'type=raw,value=baseref-{{base_ref}}'], ['v1.1.1', 'baseref-', 'latest']],
    [
      'dates',
      push('master'),
      [
        "type=raw,value=a-{{date 'YYYYMMDD'}}",
        "type=raw,value=b-{{commit_date 'YYYYMMDD'}}",
        "type=raw,value=c-{{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}",
      ],
      ['a-20200110', 'b-20200110', 'c-20200110-093000'],
    ],
    [
      'the default branch',
      push('master'),
      ['type=raw,value=latest,enable={{is_default_branch}}', 'type=raw,value=side,enable={{is_not_default_branch}}'],
      ['latest'],
    ],
    [
      'another branch',
      push('dev'),
      ['type=raw,value=latest,enable={{is_default_branch}}', 'type=raw,value=side,enable={{is_not_default_branch}}'],
      ['side'],
    ],
    ['in a prefix', push('master'), ['type=sha,prefix={{branch}}-'], ['master-860c190']],
  ],
  schedule: [
    ['a date', schedule(), ["type=schedule,pattern={{date 'YYYYMMDD-HHmmss'}}"], ['20200110-003000']],
    ['a date elsewhere', schedule(), ["type=schedule,pattern={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}"], ['20200110-093000']],
    ['of the commit', schedule(), ["type=schedule,pattern=source-date-{{commit_date 'YYYY-MM-DD'}}"], ['source-date-2020-01-10']],
    ['with its commit', schedule(), ['type=schedule', 'type=sha'], ['nightly', 'sha-860c190']],
    ['not on a push', push('dev'), ['type=schedule'], []],
  ],
  flavor: [
    ['prefix and suffix', schedule(), ['type=schedule'], ['glo-nightly-bal'], ['prefix=glo-', 'suffix=-bal']],
    ['a rule has its own prefix', pull(), ['type=ref,event=pr'], ['pr-15-bal'], ['prefix=glo-', 'suffix=-bal']],
    ['or none', pull(), ['type=ref,event=pr,prefix='], ['15-bal'], ['prefix=glo-', 'suffix=-bal']],
    [
      'or no suffix',
      pushTag('v1.0.0'),
      ['type=semver,pattern={{version}}', 'type=semver,pattern={{major}},suffix=', 'type=sha'],
      ['1.0.0-dev', '1', 'sha-860c190-dev', 'latest'],
      ['suffix=-dev'],
    ],
    [
      'on latest too',
      pushTag('v1.1.1'),
      ['type=semver,pattern={{version}}'],
      ['foo-1.1.1-dev', 'foo-latest-dev'],
      ['prefix=foo-,onlatest=true', 'suffix=-dev,onlatest=true'],
    ],
    ['latest always', push('dev'), [], ['dev', 'latest'], ['latest=true']],
    ['latest never', pushTag('v1.1.1'), ['type=ref,event=tag'], ['v1.1.1'], ['latest=false']],
    ['latest once', push('master'), ['type=raw,latest'], ['latest'], ['latest=true']],
    ['no tag, no latest', push('dev'), ['type=ref,event=tag'], [], ['latest=true']],
  ],
}

describe.each(Object.entries(rows))('tags: %s', (_group, stories) => {
  test.each(stories.map((row) => [row[0], row] as const))('%s', (_story, [, event, rules, tags, flavor = []]) => {
    const made = tagsFor(event, rules, { flavor })
    expect(made.names).toEqual(tags)
    expect(made.references).toEqual(tags.map((tag) => `user/app:${tag}`))
    expect(made.version).toBe(tags[0])
  })
})

describe('images', () => {
  test('each gets every tag', () => {
    const { references } = tagsFor(push('dev'), ['type=ref,event=branch', 'type=sha'], { images: ['org/app', 'name=ghcr.io/user/app'] })
    expect(references).toEqual(['org/app:dev', 'org/app:sha-860c190', 'ghcr.io/user/app:dev', 'ghcr.io/user/app:sha-860c190'])
  })

  test('can be several in one line, and disabled', () => {
    expect(tagsFor(push('dev'), [], { images: ['org/app,127.0.0.1:5000/app'] }).references).toEqual([
      'org/app:dev',
      '127.0.0.1:5000/app:dev',
    ])
    expect(tagsFor(push('dev'), [], { images: ['org/app', 'ghcr.io/user/app,enable=false'] }).references).toEqual(['org/app:dev'])
  })

  test('without one, the tags stand alone', () => {
    expect(tagsFor(pushTag('v1.1.1'), ['type=semver,pattern={{major}}'], { images: [] }).references).toEqual(['1', 'latest'])
  })

  test('are written in lower case, and that is said', () => {
    const { references, notices } = tagsFor(push('dev'), [], { images: ['ghcr.io/MyUSER/MyApp'] })
    expect(references).toEqual(['ghcr.io/myuser/myapp:dev'])
    expect(notices).toEqual([expect.stringContaining('`ghcr.io/myuser/myapp`')])
  })
})
