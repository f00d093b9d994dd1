import { clean, explain, major, minor, patch } from '@renovatebot/pep440'
import parseSemver from 'semver/functions/parse.js'
import { nameIn, type BuildEvent } from './event.ts'
import { fillIn, shortSha, type Expressions } from './expressions.ts'
import type { TagRule } from './rule.ts'

/** What a rule makes of an event, before prefix and suffix. */
export interface Candidate {
  readonly value: string
  /** Whether it is of a release, which `latest=auto` follows. */
  readonly release: boolean
}

export interface Circumstances {
  readonly event: BuildEvent
  readonly expressions: Expressions
  readonly shortShaLength: number
  readonly notices: string[]
}

/**
 * The tag that a rule gives for an event; undefined when the rule is about another kind of event, or the git tag is no version.
 * @throws KitError `tag-rule-invalid` for a template that cannot be filled in
 */
export const candidateOf = (rule: TagRule, circumstances: Circumstances): Candidate | undefined => {
  const { event, expressions } = circumstances
  switch (rule.type) {
    case 'schedule':
      return event.name === 'schedule' ? { value: fillIn(rule.pattern, expressions, rule.line), release: false } : undefined
    case 'semver':
    case 'pep440':
      return ofVersion(rule, circumstances)
    case 'match':
      return ofMatch(rule, circumstances)
    case 'edge': {
      const branch = nameIn(event.ref, 'branch')
      return branch !== undefined && branch === (rule.branch ?? event.defaultBranch) ? { value: 'edge', release: false } : undefined
    }
    case 'ref': {
      const value = nameIn(event.ref, rule.event)
      return value === undefined ? undefined : { value, release: rule.event === 'tag' }
    }
    case 'raw':
      return { value: fillIn(rule.value, expressions, rule.line), release: false }
    case 'sha': {
      if (event.sha === '') return undefined
      return { value: rule.format === 'long' ? event.sha : shortSha(event.sha, circumstances.shortShaLength), release: false }
    }
  }
}

/** The value that was given, or the name of the git tag. */
const subjectOf = (rule: TagRule & { readonly value: string }, { event, expressions }: Circumstances): string | undefined =>
  rule.value === '' ? nameIn(event.ref, 'tag') : fillIn(rule.value, expressions, rule.line)

const ofVersion = (rule: TagRule & { readonly type: 'semver' | 'pep440' }, circumstances: Circumstances): Candidate | undefined => {
  const subject = subjectOf(rule, circumstances)
  if (subject === undefined) return undefined
  const matched = rule.match?.exec(subject)
  if (matched === null) circumstances.notices.push(`\`${rule.line}\`: ${String(rule.match)} does not match \`${subject}\`.`)
  const text = (matched?.[1] ?? matched?.[0] ?? subject).replaceAll('/', '-')
  const version = rule.type === 'semver' ? semanticVersion(text) : pythonVersion(text)
  if (version === undefined) {
    const standard = rule.type === 'semver' ? 'a version by semver.org' : 'a version by PEP 440'
    circumstances.notices.push(`\`${rule.line}\` gives no tag: \`${text}\` is not ${standard}.`)
    return undefined
  }
  // What is not final moves often, so it gets the one tag that names it whole.
  const wantsRaw = /^\{\{\{?\s*raw\s*\}?\}\}$/.test(rule.pattern)
  const pattern = version.final || wantsRaw ? rule.pattern : '{{version}}'
  return { value: fillIn(pattern, { ...circumstances.expressions, ...version.parts }, rule.line), release: version.final }
}

interface Version {
  /** Neither a pre-release nor, in Python, a development or post release. */
  readonly final: boolean
  readonly parts: Expressions
}

const semanticVersion = (text: string): Version | undefined => {
  const version = parseSemver(text)
  if (version === null) return undefined
  const { raw, major: first, minor: second, patch: third, prerelease, build } = version
  return {
    final: prerelease.length === 0,
    parts: {
      raw,
      version: version.version,
      major: String(first),
      minor: String(second),
      patch: String(third),
      prerelease: prerelease.join('.'),
      build: build.join('.'),
    },
  }
}

const pythonVersion = (text: string): Version | undefined => {
  const version = explain(text)
  const cleaned = clean(text)
  if (version === null || cleaned === null) return undefined
  return {
    final: !version.is_prerelease && !version.is_postrelease && !version.is_devrelease,
    parts: { raw: text, version: cleaned, major: String(major(text)), minor: String(minor(text)), patch: String(patch(text)) },
  }
}

const ofMatch = (rule: TagRule & { readonly type: 'match' }, circumstances: Circumstances): Candidate | undefined => {
  const subject = subjectOf(rule, circumstances)
  if (subject === undefined) return undefined
  const matched = rule.expression.exec(subject)
  const value = matched?.[rule.group]
  if (value !== undefined) return { value, release: true }
  const why = matched === null ? `it does not match \`${subject}\`` : `it has no group ${rule.group}`
  circumstances.notices.push(`\`${rule.line}\` gives no tag: ${why}.`)
  return undefined
}
