import { resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defaultDataFolder } from '../../config/environment.ts'
import { AppError } from '../../protocol/errors.ts'
import { readOptions, usage } from './read-options.ts'

test('nothing given means this machine alone, the usual port and the user’s own data folder', () => {
  expect(readOptions([])).toEqual({
    paths: [],
    port: 8470,
    host: '127.0.0.1',
    tls: false,
    data: resolve(defaultDataFolder()),
    once: false,
    json: false,
    noBackups: false,
    logLevel: 'info',
    help: false,
  })
})

test('everything can be given, in any order, and paths are made absolute', () => {
  const args = [
    'a',
    '--port',
    '0',
    '--host=0.0.0.0',
    '--data',
    'd',
    '--tls',
    '--once',
    '--json',
    '--no-backups',
    '--log-level',
    'debug',
  ]
  const admin = ['--admin-name', 'Ada', '--admin-password-file', 'secret', '/b', '--', '--c']
  expect(readOptions([...args, ...admin])).toEqual({
    paths: [resolve('a'), '/b', resolve('--c')],
    port: 0,
    host: '0.0.0.0',
    tls: true,
    data: resolve('d'),
    once: true,
    json: true,
    noBackups: true,
    logLevel: 'debug',
    adminName: 'Ada',
    adminPasswordFile: 'secret',
    help: false,
  })
})

test.each([
  [['--port', 'http'], /^--port is wrong: give a number from 0 to 65535/],
  [['--port', ''], /^--port is wrong/],
  [['--port', ' '], /^--port is wrong/],
  [['--port', '65536'], /^--port is wrong/],
  [['--port', '0x50'], /^--port is wrong/],
  [['--port', '1e3'], /^--port is wrong/],
  [['--port', '80.5'], /^--port is wrong/],
  [['--port', '-1'], /--port/],
  [['--port'], /--port/],
  [['--host', ''], /^--host is wrong/],
  [['--data', ''], /^--data is wrong/],
  [['--log-level', 'loud'], /^--log-level is wrong/],
  [['--admin-name', ''], /^--admin-name is wrong/],
  [['--admin-name', 'x'.repeat(65)], /^--admin-name is wrong/],
  [['--admin-name', 'Ada'], /give both or neither/],
  [['--admin-password-file', 'f'], /give both or neither/],
  [['--json'], /give --once too/],
  [['--nonsense'], /--nonsense/],
  [['--once=yes'], /--once/],
  [[''], /^One of the paths is empty/],
])('%j is refused in one sentence', (args, sentence) => {
  const read = () => readOptions(args)
  expect(read).toThrow(
    expect.objectContaining({ code: 'bad_request', message: expect.stringMatching(sentence) }),
  )
  expect(read).not.toThrow(/\n/)
})

test('whatever is given, the answer is options or one sentence about what is wrong', () => {
  const names = [
    '--port',
    '--host',
    '--data',
    '--admin-name',
    '--admin-password-file',
    '--once',
    '--json',
    '--log-level',
    '-h',
    '--',
  ]
  const arg = fc.oneof(fc.constantFrom(...names), fc.string(), fc.nat(70_000).map(String))
  fc.assert(
    fc.property(fc.array(arg, { maxLength: 6 }), (args) => {
      try {
        const { port, paths } = readOptions(args)
        expect(port >= 0 && port <= 65_535).toBe(true)
        expect(paths.every((path) => path.startsWith('/') || /^[A-Z]:/.test(path))).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
        expect((error as AppError).code).toBe('bad_request')
      }
    }),
    { numRuns: 1_000 },
  )
})

test('every option is in the usage', () => {
  for (const option of [
    '--port',
    '--host',
    '--data',
    '--admin-name',
    '--admin-password-file',
    '--once',
    '--json',
    '--no-backups',
    '--log-level',
    '--help',
  ]) {
    expect(usage).toContain(option)
  }
  expect(readOptions(['--help']).help).toBe(true)
})
