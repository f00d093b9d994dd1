import { describe, expect, test, afterEach } from '@jest/globals'
import { cleanUp, context, type FileSpec } from './workshop.ts'

afterEach(cleanUp)

const site: Readonly<Record<string, FileSpec>> = {
  'a.txt': 'a',
  'b.txt': 'b',
  '.hidden': 'h',
  'dir/c.txt': 'c',
  'dir/sub/d.txt': 'd',
  'dir2/c.txt': 'c2',
  'dir2/e.txt': 'e',
  'empty/dir': { directory: true },
  'l-a': { link: 'a.txt' },
  'l-dir': { link: 'dir' },
  'dir3/l-c': { link: '../dir/c.txt' },
  'one two': '12',
  'x[1].txt': 'x',
}

/** What stands in the image after these lines, as `name` or `name=text`, all layers together. */
const filesAfter = async (...lines: readonly string[]): Promise<readonly string[]> => {
  const shop = await context({ ...site, Dockerfile: ['FROM scratch', ...lines].join('\n') })
  const { tars } = await shop.builds()
  return tars
    .flat()
    .map(({ name, type, link, content }) =>
      type === 'symlink' ? `${name} -> ${link}` : type === 'file' ? `${name}=${content.toString()}` : name,
    )
}

describe('COPY', () => {
  test.each<readonly [string, readonly string[], readonly string[]]>([
    ['a file to a name', ['COPY a.txt /x'], ['x=a']],
    ['a file into a directory that is written with a slash', ['COPY a.txt /x/'], ['x/', 'x/a.txt=a']],
    ['a file into a directory that is there', ['WORKDIR /x', 'COPY a.txt /x'], ['x/', 'x/a.txt=a']],
    ['a file into the working directory', ['WORKDIR /x', 'COPY a.txt .', 'COPY b.txt y/z'], ['x/', 'x/a.txt=a', 'x/y/', 'x/y/z=b']],
    ['several files', ['COPY a.txt b.txt /x/'], ['x/', 'x/a.txt=a', 'x/b.txt=b']],
    ['several files into the working directory', ['COPY a.txt b.txt ./'], ['a.txt=a', 'b.txt=b']],
    ['the contents of a directory', ['COPY dir /x'], ['x/', 'x/c.txt=c', 'x/sub/', 'x/sub/d.txt=d']],
    ['several directories into one', ['COPY dir dir2 /x/'], ['x/', 'x/c.txt=c2', 'x/e.txt=e', 'x/sub/', 'x/sub/d.txt=d']],
    ['an empty directory', ['COPY empty /x'], ['x/', 'x/dir/']],
    ['what a pattern matches, names with a dot too', ['COPY *hid* ?.txt /x/'], ['x/', 'x/.hidden=h', 'x/a.txt=a', 'x/b.txt=b']],
    ['no slash by a star', ['COPY *.txt /x/'], ['x/', 'x/a.txt=a', 'x/b.txt=b', 'x/x[1].txt=x']],
    [
      'the contents of each directory that a pattern matches',
      ['COPY dir[23] /x/'],
      ['x/', 'x/c.txt=c2', 'x/e.txt=e', 'x/l-c -> ../dir/c.txt'],
    ],
    ['a set that is turned round', ['COPY [^b].txt /x/'], ['x/', 'x/a.txt=a']],
    ['a bracket that is a set of itself', ['COPY x[[]1].txt /y'], ['y=x']],
    ['a pattern without a match beside a file', ['COPY a.txt yarn.lock* /x/'], ['x/', 'x/a.txt=a']],
    [
      'a link by its target, under its own name',
      ['COPY l-a /x/', 'COPY l-dir /y'],
      ['x/', 'x/l-a=a', 'y/', 'y/c.txt=c', 'y/sub/', 'y/sub/d.txt=d'],
    ],
    ['links inside a directory as links', ['COPY dir3 /x'], ['x/', 'x/l-c -> ../dir/c.txt']],
    ['names with spaces, as JSON', ['COPY ["one two", "/x y"]'], ['x y=12']],
    ['a path from the root of the context', ['COPY /dir/../a.txt /x'], ['x=a']],
    ['over a file, which the next layer replaces', ['COPY a.txt /x', 'COPY b.txt /x'], ['x=a', 'x=b']],
    ['nothing new when WORKDIR names what is there', ['WORKDIR /x', 'WORKDIR /x', 'WORKDIR y', 'WORKDIR ..'], ['x/', 'x/y/']],
  ])('takes %s', async (_what, lines, files) => {
    expect(await filesAfter(...lines)).toEqual(files)
  })

  test('keeps executables executable, and nothing else of a mode', async () => {
    const shop = await context({
      Dockerfile: 'FROM scratch\nCOPY d /',
      'd/run': { mode: 0o4711 },
      'd/data': { mode: 0o460 },
      'd/sub': { directory: true, mode: 0o700 },
    })
    const { tars } = await shop.builds()
    expect(tars[0]?.map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      ['data', '644'],
      ['run', '755'],
      ['sub/', '755'],
    ])
  })

  test('sets modes and owners by number, on the directories it makes as well', async () => {
    const lines = [
      'ARG USER_ID=1001',
      'COPY --chown=${USER_ID} --chmod=0640 a.txt /x/',
      'COPY --chown=1:2 dir /y',
      'COPY --chown=1000680000 a.txt /z',
    ]
    const shop = await context({ ...site, Dockerfile: ['FROM scratch', ...lines].join('\n') })
    const { tars } = await shop.builds()
    expect(tars.flat().map(({ name, mode, uid, gid }) => [name, mode.toString(8), uid, gid])).toEqual([
      ['x/', '755', 1001, 1001],
      ['x/a.txt', '640', 1001, 1001],
      ['y/', '755', 1, 2],
      ['y/c.txt', '644', 1, 2],
      ['y/sub/', '755', 1, 2],
      ['y/sub/d.txt', '644', 1, 2],
      ['z', '644', 1_000_680_000, 1_000_680_000],
    ])
  })

  test('follows the links that stand in the image', async () => {
    expect(await filesAfter('COPY dir3/l-c /ignored', 'COPY dir3 /deep/x', 'COPY a.txt /deep/x/l-c')).toEqual([
      'ignored=c',
      'deep/',
      'deep/x/',
      'deep/x/l-c -> ../dir/c.txt',
      'deep/x/l-c=a',
    ])
  })

  test.each([
    ['COPY nothing.txt /', 'copy-source-missing', '`nothing.txt` is not in the context'],
    ['COPY nothing* /', 'copy-source-missing', 'matches `nothing*`'],
    ['COPY ../secret /', 'dockerfile-invalid', 'leads out of'],
    ['COPY a/../../secret /', 'dockerfile-invalid', 'leads out of'],
    ['COPY a.txt b.txt /x', 'dockerfile-invalid', 'End it with a slash'],
    ['COPY *.txt /x', 'dockerfile-invalid', 'End it with a slash'],
    ['COPY a.txt', 'dockerfile-invalid', 'at least one source'],
    ['COPY [z /x', 'dockerfile-invalid', 'has a [ without its ]'],
  ])('%s is refused', async (line, code, message) => {
    const shop = await context({ ...site, Dockerfile: `FROM scratch\n\n  ${line}\n` })
    await expect(shop.builds()).rejects.toMatchObject({ code, where: 'Dockerfile:3:3', message: expect.stringContaining(message) })
  })

  test('does not put a file in the place of a directory, nor the other way round', async () => {
    await expect(filesAfter('COPY dir /x/sub', 'COPY empty/dir /y', 'COPY dir /y', 'COPY dir2 /y/c.txt')).rejects.toMatchObject({
      where: 'Dockerfile:5:1',
    })
    await expect(filesAfter('WORKDIR /x/c.txt', 'COPY dir /x')).rejects.toMatchObject({
      code: 'dockerfile-invalid',
      where: 'Dockerfile:3:1',
    })
  })

  test('takes no link that leads out of the context', async () => {
    const shop = await context({ Dockerfile: 'FROM scratch\nCOPY l /x', l: { link: '/etc/passwd' } })
    await expect(shop.builds()).rejects.toMatchObject({ code: 'copy-source-missing' })
  })
})

/** The files that COPY . takes past these rules. */
const left = async (ignore: string, extra: Readonly<Record<string, FileSpec>> = {}): Promise<readonly string[]> => {
  const shop = await context({
    ...extra,
    '.dockerignore': ignore,
    Dockerfile: 'FROM scratch\nCOPY . /\n',
    'a.md': '',
    'a.txt': '',
    'd/a.md': '',
    'd/e/a.md': '',
    'd/e/b': '',
  })
  const { files } = await shop.builds()
  return Object.keys(files).filter((name) => !name.endsWith('/') && name !== 'Dockerfile' && name !== '.dockerignore')
}

describe('.dockerignore', () => {
  test.each<readonly [string, string, readonly string[]]>([
    ['a pattern matches at the top only, as against .gitignore', '*.md', ['a.txt', 'd/a.md', 'd/e/a.md', 'd/e/b']],
    ['two stars match at any depth', '**/*.md', ['a.txt', 'd/e/b']],
    ['a directory goes with all that it holds', 'd', ['a.md', 'a.txt']],
    ['a slash at either end changes nothing', '/d/', ['a.md', 'a.txt']],
    ['an exception brings back a file of a directory', 'd\n!d/e/b', ['a.md', 'a.txt', 'd/e/b']],
    ['the last line that matches decides', '*\n!*.md\na.md\n!d/e', ['d/e/a.md', 'd/e/b']],
    ['comments and empty lines are nothing', '# *\n\n', ['a.md', 'a.txt', 'd/a.md', 'd/e/a.md', 'd/e/b']],
    ['case counts', '*.MD', ['a.md', 'a.txt', 'd/a.md', 'd/e/a.md', 'd/e/b']],
    ['other characters stand for themselves', 'a+(b|c).md\nd/{e}', ['a.md', 'a.txt', 'd/a.md', 'd/e/a.md', 'd/e/b']],
  ])('%s', async (_rule, ignore, files) => {
    expect(await left(ignore)).toEqual(files)
  })

  test('of the Dockerfile itself wins', async () => {
    expect(await left('*', { 'Dockerfile.dockerignore': '**/*.md\n*.dockerignore' })).toEqual(['a.txt', 'd/e/b'])
  })

  test('leaves no empty directory where everything in it is left out by name', async () => {
    const shop = await context({ '.dockerignore': '*\n!keep', Dockerfile: 'FROM scratch\nCOPY . /\n', 'keep/a': '', 'drop/b': '' })
    expect(Object.keys((await shop.builds()).files)).toEqual(['keep/', 'keep/a'])
  })

  test('is named as the possible reason for a missing file', async () => {
    const shop = await context({ '.dockerignore': '*.txt', Dockerfile: 'FROM scratch\nCOPY a.txt /\n', 'a.txt': '' })
    await expect(shop.builds()).rejects.toThrow('Perhaps .dockerignore leaves it out')
  })
})
