import { describe, expect, test } from '@jest/globals'
import { KitError, systemClock } from '@deploy-kit/core'
import { ask, supervise } from '@deploy-kit/core/process'

const node = process.execPath
const minute = 60_000
const run = (script: string, options: Partial<Parameters<typeof supervise>[2]> = {}) =>
  supervise(node, ['-e', script], { deadlineMs: minute, ...options })

/** Whether the process is gone, waited for a while: the kernel may take its time to reap it. */
const isGone = async (pid: number): Promise<boolean> => {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      process.kill(pid, 0)
    } catch {
      return true
    }
    await systemClock.sleep(10)
  }
  return false
}

describe('a program that ends', () => {
  test('gives its streams and its status, whichever it is', async () => {
    expect(await run(`console.log('out'); console.error('err'); process.exitCode = 3`)).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  test('gets its arguments as they are, with no shell between', async () => {
    const argument = `$(touch /tmp/x); "a b" | c * \`d\``
    const { stdout } = await supervise(node, ['-p', 'process.argv[1]', argument], { deadlineMs: minute })
    expect(stdout.trim()).toBe(argument)
  })

  test('reads its input, and may end before it has read all of it', async () => {
    expect((await run(`process.stdin.pipe(process.stdout)`, { input: 'héllo' })).stdout).toBe('héllo')
    expect((await run('', { input: 'x'.repeat(1_000_000) })).exitCode).toBe(0)
  })

  test('sees the environment that it is given and nothing else', async () => {
    const { stdout } = await run(`console.log(JSON.stringify(process.env))`, { env: { ONLY: 'this' } })
    expect(JSON.parse(stdout)).toEqual({ ONLY: 'this' })
  })

  test('may print without end: the last bytes are kept', async () => {
    const { stdout } = await run(`for (let i = 0; i < 20000; i++) console.log(i)`, { keepBytes: 12 })
    expect(stdout).toBe('19998\n19999\n')
  })
})

describe('a program that does not end', () => {
  test('is killed at its deadline, even when it ignores SIGTERM', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`
    await expect(run(stubborn, { deadlineMs: 100 })).rejects.toMatchObject({
      code: 'tool-timeout',
      message: `\`${node}\` did not end within 100 ms and was killed.`,
    })
  })

  test('takes what it has started with it: a grandchild that holds the pipes would hold us', async () => {
    const grandchild = `setInterval(() => {}, 1000)`
    const child = `const c = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' }); console.log(c.pid); setInterval(() => {}, 1000)`
    const controller = new AbortController()
    let pid = 0
    const running = run(child, {
      signal: controller.signal,
      onLine: (line) => {
        pid = Number.parseInt(line, 10)
        controller.abort(new KitError('cancelled', 'Enough.'))
      },
    })
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    expect(pid).toBeGreaterThan(0)
    expect(await isGone(pid)).toBe(true)
  })

  test('is not even started when the signal is aborted already', async () => {
    const reason = new KitError('cancelled', 'Too late.')
    await expect(run('', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('a program that is not there', () => {
  test('is named', async () => {
    const missing = supervise('no-such-program', [], { deadlineMs: minute })
    await expect(missing).rejects.toMatchObject({ code: 'tool-missing', message: '`no-such-program` could not be started.' })
  })

  test('and one that may not be executed is another fault', async () => {
    await expect(supervise(import.meta.dirname, [], { deadlineMs: minute })).rejects.toMatchObject({ code: 'tool-failed' })
  })
})

describe('what a program prints', () => {
  test('is heard in whole characters, wherever the pipe cuts it', async () => {
    const heard: string[] = []
    await run(
      `const b = Buffer.from('€'); process.stdout.write(b.subarray(0, 1)); setTimeout(() => process.stdout.write(b.subarray(1)), 30)`,
      { onLine: (line) => void heard.push(line) },
    )
    expect(heard).toEqual(['€'])
  })
})

describe('a short question', () => {
  test('is answered by the trimmed output', async () => {
    expect(await ask(node, ['-p', '1 + 1'])).toBe('2')
  })

  test('that fails shows the end of what the tool said', async () => {
    const script = `console.error('first'); console.error('no such branch'); process.exit(2)`
    await expect(ask(node, ['-e', script])).rejects.toMatchObject({
      code: 'tool-failed',
      message: expect.stringMatching(/status 2: first\nno such branch$/),
    })
  })

  test('to nobody is a missing tool', async () => {
    await expect(ask('no-such-program', [])).rejects.toMatchObject({ code: 'tool-missing' })
  })
})
