import { describe, expect, test } from '@jest/globals'
import { assert, boolean, property, string } from 'fast-check'
import { parseTag } from '@deploy-kit/image'
import { push, pushTag, pull, tagsFor } from './events.ts'

describe('every tag is one that registries take', () => {
  test('a branch beyond 128 characters is shortened and told', () => {
    const long = `feature/${'x'.repeat(150)}`
    const { names, notices } = tagsFor(push(long))
    expect(names[0]).toMatch(/^feature-x+-[0-9a-f]{8}$/)
    expect(names[0]).toHaveLength(128)
    expect(notices).toEqual([expect.stringContaining('128 characters')])
  })

  test('two long branches with one beginning stay two tags', () => {
    const long = 'x'.repeat(150)
    expect(tagsFor(push(`${long}a`)).names).not.toEqual(tagsFor(push(`${long}b`)).names)
  })

  test('the suffix survives the shortening', () => {
    const { names } = tagsFor(push('x'.repeat(150)), [], { flavor: ['suffix=-alpine'] })
    expect(names[0]).toMatch(/-[0-9a-f]{8}-alpine$/)
    expect(names[0]).toHaveLength(128)
  })

  test.each([
    ['-lead', 'lead'],
    ['.dot', 'dot'],
    ['_under', '_under'],
    ['a b:c', 'a-b-c'],
    ['Ünïcode', 'n-code'],
  ])('the branch %s becomes the tag %s', (branch, tag) => {
    expect(tagsFor(push(branch)).names).toEqual([tag])
  })

  test('an empty expression at the beginning leaves no dash there', () => {
    const { names, notices } = tagsFor(pull(), ['type=raw,value={{branch}}-{{sha}}'])
    expect(names).toEqual(['860c190'])
    expect(notices).toEqual([expect.stringContaining('became the tag `860c190`')])
  })

  test('what leaves nothing gives no tag, and says so', () => {
    const { names, notices } = tagsFor(push('...'))
    expect(names).toEqual([])
    expect(notices).toEqual([expect.stringContaining('nothing of `...`')])
  })

  test('whatever branches, git tags, prefixes and suffixes are called', () => {
    const text = string({ unit: 'grapheme', maxLength: 200 }).filter((value) => !/[{}",\r\n]/.test(value) && value.trim() === value)
    assert(
      property(text, text, text, boolean(), (name, prefix, suffix, isTag) => {
        const event = isTag ? pushTag(name) : push(name)
        const rules = [`type=ref,event=branch,prefix=${prefix}`, `type=ref,event=tag,suffix=${suffix}`, 'type=sha']
        const { references, names } = tagsFor(event, rules, {
          flavor: [`prefix=${prefix},onlatest=true`, `suffix=${suffix},onlatest=true`],
        })
        for (const reference of references) expect(parseTag(reference).tag.length).toBeLessThanOrEqual(128)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })

  test('the same event gives the same tags', () => {
    assert(property(string(), (name) => expect(tagsFor(push(name))).toEqual(tagsFor(push(name)))))
  })
})

describe('a push without a tag', () => {
  test('is an error that names event, reference and rules', () => {
    expect(() => tagsFor(push('dev'), ['type=semver,pattern={{version}}'], { push: true })).toThrow(
      expect.objectContaining({
        code: 'image-tags-empty',
        message: 'No rule gives a tag for the event `push` on `refs/heads/dev`: `type=semver,pattern={{version}}`.',
      }),
    )
  })

  test('and tells why a rule that was meant gave none', () => {
    expect(() => tagsFor(pushTag('nightly'), ['type=semver,pattern={{version}}'], { push: true })).toThrow(
      '`nightly` is not a version by semver.org',
    )
  })
})

describe('a rule that cannot be carried out names what is known', () => {
  test.each([
    [['type=branch'], 'there is no type `branch`. Known: schedule, semver, pep440, match, edge, ref, raw, sha.'],
    [['type=ref'], 'ref needs `event`'],
    [['type=ref,event=push'], '`event` is `push`; it must be one of branch, tag, pr.'],
    [['type=semver'], 'semver needs `pattern`'],
    [['type=raw'], 'raw needs `value`'],
    [['type=sha,format=medium'], 'it must be one of short, long'],
    [['type=sha,length=12'], 'sha does not take `length`; it takes format, enable, priority, prefix, suffix.'],
    [['type=match,pattern=v(.*),group=x'], '`group` is `x`'],
    [['type=match,pattern=v(.*'], 'Invalid regular expression'],
    [['type=sha,priority=high'], '`priority` is `high`; it must be a whole number.'],
    [['type=sha,prefix=a,prefix=b'], '`prefix` is given twice'],
    [['type=edge,main'], '`main` has no key'],
    [['type=raw,"value=a'], 'a double quote is opened'],
    [['type=raw,value=a,enable=True'], '`enable` is `True`; it must be true or false.'],
    [['type=raw,value={{brnch}}'], 'there is no expression `brnch`. Known here: branch, tag, sha,'],
    [['type=raw,value={{branch'], 'opened and not closed'],
    [['type=raw,value={{date YYYYMMDD}}'], '`{{date YYYYMMDD}}` is no expression'],
    [["type=raw,value={{date 'YYYY' tz='Mars/Olympus'}}"], '`Mars/Olympus` is not a time zone'],
    [["type=raw,value={{branch 'x'}}"], '`branch` takes neither a format nor a time zone'],
  ])('%p', (rules, why) => {
    expect(() => tagsFor(push('dev'), rules)).toThrow(
      expect.objectContaining({ code: 'tag-rule-invalid', message: expect.stringContaining(why) }),
    )
  })

  test.each([
    ['randomstr', 'has no key'],
    ['latest', 'has no key'],
    ['latest=foo', 'it must be auto, true or false'],
    ['unknown=foo', '`unknown` is not known'],
    ['onlatest=true', 'follows a prefix or a suffix'],
    ['prefix=a,onlatest=yes', 'must be true or false'],
  ])('flavor %s', (line, why) => {
    expect(() => tagsFor(push('dev'), [], { flavor: [line] })).toThrow(why)
  })

  test.each([
    ['user/app:v1', 'without tag and digest'],
    ['enable=true', 'the name of the image is empty'],
    ['user/app,tag=x', '`tag` is not known'],
    ['user//app', 'not a part of a name'],
  ])('image %s', (line, why) => {
    expect(() => tagsFor(push('dev'), [], { images: [line] })).toThrow(why)
  })
})
