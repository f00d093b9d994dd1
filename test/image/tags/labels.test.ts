import { describe, expect, test } from '@jest/globals'
import { annotationArguments, eventOf } from '@deploy-kit/image/tags'
import { nowhere, pushTag, tagsFor } from './events.ts'

describe('labels', () => {
  test('are the eight standard ones', () => {
    const { labels, annotations } = tagsFor(pushTag('v1.1.1'), ['type=semver,pattern={{version}}'])
    expect(labels).toEqual({
      'org.opencontainers.image.created': '2020-01-10T00:30:00.000Z',
      'org.opencontainers.image.description': 'This your first repo!',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.revision': '860c1904a1ce19322e91ac35af1ab07466440c37',
      'org.opencontainers.image.source': 'https://github.com/octocat/Hello-World',
      'org.opencontainers.image.title': 'Hello-World',
      'org.opencontainers.image.url': 'https://github.com/octocat/Hello-World',
      'org.opencontainers.image.version': '1.1.1',
    })
    expect(annotations).toEqual(labels)
  })

  test('of the user win, by name, with expressions in them', () => {
    const { labels, annotations } = tagsFor(pushTag('v1.1.1'), [], {
      labels: { maintainer: 'CrazyMax', 'org.opencontainers.image.title': 'MyCustomTitle' },
      annotations: {
        'org.opencontainers.image.created': "{{commit_date 'YYYY-MM-DDTHH:mm:ss.SSS[Z]'}}",
        'org.opencontainers.image.title': 'Another',
      },
    })
    expect(labels).toMatchObject({ maintainer: 'CrazyMax', 'org.opencontainers.image.title': 'MyCustomTitle' })
    expect(annotations).toMatchObject({
      'org.opencontainers.image.created': '2020-01-10T00:30:00.000Z',
      'org.opencontainers.image.title': 'Another',
    })
    expect(annotations).not.toHaveProperty('maintainer')
  })

  test('that are not known are empty, so that those of the base image do not speak for this one', () => {
    expect(tagsFor(nowhere()).labels).toMatchObject({ 'org.opencontainers.image.version': '', 'org.opencontainers.image.revision': '' })
  })

  test('become arguments at the levels asked for', () => {
    expect(annotationArguments({ a: '1' })).toEqual(['manifest:a=1'])
    expect(annotationArguments({ a: '1', b: '2' }, ['index', 'manifest'])).toEqual(['index,manifest:a=1', 'index,manifest:b=2'])
  })
})

describe('the time of the commit', () => {
  const given = { name: 'push', ref: 'refs/heads/main', sha: 'a'.repeat(40), now: 5 }

  test('is read from the payload when it tells of this commit', () => {
    const commits = [
      { id: 'b'.repeat(40), timestamp: '2020-01-01T00:00:00Z' },
      { id: 'a'.repeat(40), timestamp: '2021-02-03T04:05:06+01:00' },
    ]
    expect(eventOf({ ...given, payload: { commits } }).commitTime).toBe(Date.UTC(2021, 1, 3, 3, 5, 6))
    expect(eventOf({ ...given, payload: { head_commit: commits[1] } }).commitTime).toBe(Date.UTC(2021, 1, 3, 3, 5, 6))
  })

  test('is what the caller found, before that; else now', () => {
    expect(eventOf({ ...given, payload: {}, commitTime: 7 }).commitTime).toBe(7)
    expect(eventOf({ ...given, payload: { commits: 'none', head_commit: null } }).commitTime).toBe(5)
  })
})
