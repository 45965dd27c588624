import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { findProgram } from '../../config/test-environment.ts'
import { escapeXml } from './escape-xml.ts'
import { pathsOfService } from './find-stale-paths.ts'
import { launchdPlist } from './launchd-plist.ts'
import type { ServicePlan } from './service-plan.ts'
import { serviceSystem } from './service-system.ts'
import { ENV, quoteWord, systemdUnit } from './systemd-unit.ts'
import { quoteArgument, taskXml } from './task-xml.ts'

const plan: ServicePlan = {
  role: 'agent',
  isForUser: false,
  command: [
    '/opt/hearth/bin/node',
    '/opt/hearth/scripts/hearth.ts',
    'agent',
    'run',
    '--state',
    '/var/lib/a b',
  ],
  workingFolder: '/opt/hearth',
  user: 'ada',
  writable: ['/var/lib/a b'],
  readOnly: ['/mnt/photos & films'],
  needsDevices: false,
  maxMemoryMb: 4_096,
}

const folder = mkdtempSync(join(tmpdir(), 'hearth-service-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Newer than some systemd that are still in use; older ones pass over them. */
const YOUNG_SETTINGS = /RestartSteps|RestartMaxDelaySec/

function analyze(...words: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

const hasSystemd = findProgram('systemd-analyze') !== undefined

test.skipIf(!hasSystemd).each([
  ['plain', 'state'],
  ['with a blank', 'my state'],
  ['with quotation marks, percent and dollar signs', `"it's" 100% $HOME \${x} %n`],
  ['with a backslash and letters of the world', 'a\\b\\x41 ünï 写真'],
])('systemd finds nothing wrong with a unit for folders %s', (_, name) => {
  const own = join(folder, name)
  mkdirSync(own, { recursive: true })
  symlinkSync(process.execPath, join(own, 'node'))
  const unit = join(folder, 'hearth-agent.service')
  writeFileSync(
    unit,
    systemdUnit({
      ...plan,
      user: 'root',
      command: [join(own, 'node'), own],
      workingFolder: own,
      writable: [own],
      readOnly: [own],
    }),
  )
  const { said } = analyze('verify', '--man=no', unit)
  expect(said.split('\n').filter((line) => line && !YOUNG_SETTINGS.test(line))).toEqual([])
  rmSync(own, { recursive: true })
})

test.skipIf(!hasSystemd)('systemd itself calls each unit well protected', () => {
  for (const role of ['up', 'coordinator', 'agent'] as const) {
    const unit = join(folder, 'hearth.service')
    writeFileSync(unit, systemdUnit({ ...plan, role }))
    const { status, said } = analyze('security', '--offline=true', '--threshold=25', '--no-pager', unit)
    expect(status, said).toBe(0)
  }
})

test('a unit says who, where, and what it may write', () => {
  const unit = systemdUnit(plan)
  for (const line of [
    'User=ada',
    'Restart=always',
    'TimeoutStopSec=30',
    'MemoryMax=4096M',
    'PrivateDevices=yes',
    'ReadWritePaths="/var/lib/a b"',
    'ReadOnlyPaths="-/mnt/photos & films"',
    'WantedBy=multi-user.target',
  ]) {
    expect(unit.split('\n')).toContain(line)
  }
  const own = systemdUnit({
    ...plan,
    isForUser: true,
    needsDevices: true,
    maxMemoryMb: undefined,
    readOnly: [],
  })
  expect(own).toContain('WantedBy=default.target')
  expect(own).not.toMatch(/^User=|PrivateDevices|MemoryMax|ReadOnlyPaths|\{\{/m)
})

test('the words of a command come out of each format as they went in', () => {
  const word = fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    .filter((text) => !/\p{Cc}|^--/u.test(text) && text !== ENV)
  fc.assert(
    fc.property(word, word, (program, script) => {
      expect(readSystemdWords(`${quoteWord(program)} ${quoteWord(script)}`)).toEqual([program, script])
      expect(readWindowsWords([program, script].map(quoteArgument).join(' '))).toEqual([program, script])
      const command = [program, script]
      expect(pathsOfService(systemdUnit({ ...plan, command }))).toEqual(command)
      expect(pathsOfService(launchdPlist({ ...plan, command }, '/log'))).toEqual(command)
    }),
    { numRuns: 300, examples: [['\u2028', '\\\u2029"']] },
  )
  expect(() => quoteWord('a\nb')).toThrow(/line break/)
  expect(escapeXml('<a & "b">')).toBe('&lt;a &amp; &quot;b&quot;&gt;')
})

test('what a service points to is found again in the file of a task', () => {
  const task = taskXml(
    { ...plan, command: ['C:\\Program Files\\node.exe', 'C:\\My Hearth\\hearth.ts', 'up'] },
    'x',
  )
  expect(pathsOfService(task)).toEqual(['C:\\Program Files\\node.exe', 'C:\\My Hearth\\hearth.ts'])
})

test('launchd and Task Scheduler get what they always got', async () => {
  await expect(launchdPlist(plan, '/Library/Logs/home.hearth-agent.log')).toMatchFileSnapshot(
    'golden/agent.plist',
  )
  const own = { ...plan, isForUser: true, role: 'up' as const }
  await expect(launchdPlist(own, '/Users/ada/Library/Logs/home.hearth.log')).toMatchFileSnapshot(
    'golden/up.plist',
  )
  const windows = {
    ...plan,
    command: [
      'C:\\Hearth\\node.exe',
      'C:\\Hearth\\scripts\\hearth.ts',
      'agent',
      'run',
      '--state',
      'D:\\My state\\',
    ],
    workingFolder: 'C:\\Hearth',
  }
  await expect(taskXml(windows, 'S-1-5-19')).toMatchFileSnapshot('golden/agent-task.xml')
  await expect(taskXml({ ...windows, isForUser: true }, 'HOME\\ada')).toMatchFileSnapshot(
    'golden/user-task.xml',
  )
})

test('each system is told in its own words', () => {
  const commands = (system: ReturnType<typeof serviceSystem>) =>
    [...system.install, ...system.uninstall.before, ...system.uninstall.after].map(({ command }) =>
      command.join(' '),
    )
  const base = { role: 'agent', isForUser: false, home: '/home', uid: 501, userName: 'ada' } as const
  const linux = serviceSystem({ ...base, platform: 'linux', isForUser: true, home: '/people/ada' })
  expect(linux.path).toBe('/people/ada/.config/systemd/user/hearth-agent.service')
  expect(commands(linux)).toContain('systemctl --user enable hearth-agent.service')
  const mac = serviceSystem({ ...base, platform: 'darwin' })
  expect(mac.path).toBe('/Library/LaunchDaemons/home.hearth-agent.plist')
  expect(commands(mac)).toContain(`launchctl bootstrap system ${mac.path}`)
  expect(commands(serviceSystem({ ...base, platform: 'darwin', isForUser: true }))).toContain(
    'launchctl bootout gui/501/home.hearth-agent',
  )
  const windows = serviceSystem({ ...base, platform: 'win32', home: 'C:\\Users\\ada' })
  expect(windows.path).toBe('C:\\Users\\ada\\AppData\\Local\\Hearth\\services\\hearth-agent.xml')
  expect(commands(windows)).toContain('schtasks /Delete /TN \\Hearth\\hearth-agent /F')
  expect(() => serviceSystem({ ...base, platform: 'freebsd' })).toThrow(/not known/)
})

test('every place of a template is filled in', () => {
  expect(systemdUnit(plan) + launchdPlist(plan, '/l') + taskXml(plan, 'x')).not.toMatch(/\{\{|undefined/)
})

/** As systemd reads `ExecStart=`: words in quotation marks, backslashes, then `%` and `$` doubled. */
function readSystemdWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/gu)].map(([, word = '']) =>
    word
      .replace(/\\([\\"])/g, '$1')
      .replaceAll('%%', '%')
      .replaceAll('$$', '$'),
  )
}

/** `CommandLineToArgvW`, as its documentation describes it. */
function readWindowsWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  let isQuoted = false
  let isWord = false
  for (let at = 0; at < line.length; at += 1) {
    const slashes = /^\\*/.exec(line.slice(at))![0].length
    if (slashes > 0) {
      const isBeforeMark = line[at + slashes] === '"'
      word += '\\'.repeat(isBeforeMark ? Math.floor(slashes / 2) : slashes)
      at += slashes - 1
      isWord = true
      if (isBeforeMark && slashes % 2 === 1) {
        word += '"'
        at += 1
      }
      continue
    }
    const character = line[at]!
    if (character === '"') {
      isQuoted = !isQuoted
      isWord = true
    } else if (character === ' ' && !isQuoted) {
      if (isWord) words.push(word)
      word = ''
      isWord = false
    } else {
      word += character
      isWord = true
    }
  }
  if (isWord) words.push(word)
  return words
}
