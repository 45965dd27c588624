import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProgram } from '../../config/test-environment.ts'
import { HearthCommand } from './testing/hearth-command.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-service-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const files = () => readdirSync(folder, { recursive: true }).map(String).toSorted()
const onLinux = test.skipIf(process.platform !== 'linux')

test.skipIf(findProgram('systemctl') === undefined)(
  'installed below a folder it is enabled there, and uninstalled it leaves no trace',
  async () => {
    const root = ['--root', folder]
    const before = files()
    const installed = await HearthCommand.run([
      'service',
      'install',
      'agent',
      ...root,
      '--state',
      '/srv/a state',
    ])
    expect(installed.said).toMatch(/starts by itself/)
    expect(installed.exitCode).toBe(0)
    const unit = join(folder, 'etc/systemd/system/hearth-agent.service')
    expect(readFileSync(unit, 'utf8')).toContain('"--state" "/srv/a state"')
    expect(files()).toContain('etc/systemd/system/multi-user.target.wants/hearth-agent.service')

    expect(await HearthCommand.run(['service', 'status', 'agent', ...root])).toMatchObject({ exitCode: 0 })
    expect((await HearthCommand.run(['service', 'uninstall', 'agent', ...root])).said).toContain('is gone')
    expect(files().filter((name) => name.includes('hearth'))).toEqual([])
    expect(files().filter((name) => !before.includes(name) && !/etc|systemd|system/.test(name))).toEqual([])
    const again = await HearthCommand.run(['service', 'uninstall', 'agent', ...root])
    expect(again).toMatchObject({ exitCode: 0, said: expect.stringContaining('was not installed') })
  },
)

onLinux('a coordinator may write where its configuration says, and must have been told where', async () => {
  const config = join(folder, 'hearth.yaml')
  writeFileSync(config, 'coordinator:\n  dataFolder: /srv/hearth\n  modelsFolder: /srv/models\n')
  const install = ['service', 'install', 'coordinator', '--print']
  const named = await HearthCommand.run([...install, '--config', config])
  expect(named.report).toContain('ReadWritePaths="/srv/hearth" "/srv/models"\n')
  const flagged = await HearthCommand.run([
    ...install,
    '--config',
    config,
    '--',
    '--data-folder',
    '/mnt/data',
  ])
  expect(flagged.report).toContain('ReadWritePaths="/mnt/data" "/srv/models"\n')
  writeFileSync(config, 'coordinator:\n  port: 9000\n')
  const unnamed = await HearthCommand.run([...install, '--config', config])
  expect(unnamed).toMatchObject({ exitCode: 2, said: expect.stringContaining('add coordinator.dataFolder') })
})

onLinux('it tells the system, in this order, and says what failed', async () => {
  const programs = join(folder, 'programs')
  const calls = join(folder, 'calls')
  mkdirSync(programs)
  writeFileSync(
    join(programs, 'systemctl'),
    `#!/bin/sh\necho "$@" >> ${calls}\ncase "$*" in *restart*) [ -e ${folder}/broken ] && { echo it broke >&2; exit 1; };; esac\nexit 0\n`,
  )
  chmodSync(join(programs, 'systemctl'), 0o755)
  const options = { HOME: folder, PATH: `${programs}${delimiter}${process.env.PATH}` }
  const run = (...words: string[]) =>
    HearthCommand.run(['service', ...words, '--user'], { environment: options })

  const state = join(folder, 'state')
  expect((await run('install', 'agent', '--state', state)).exitCode).toBe(0)
  expect(existsSync(state)).toBe(true)
  expect(existsSync(join(folder, '.config/systemd/user/hearth-agent.service'))).toBe(true)
  expect((await run('uninstall', 'agent')).exitCode).toBe(0)
  const unit = 'hearth-agent.service'
  expect(readFileSync(calls, 'utf8').trim().split('\n')).toEqual([
    '--user daemon-reload',
    `--user enable ${unit}`,
    `--user restart ${unit}`,
    `--user disable --now ${unit}`,
    '--user daemon-reload',
    `--user reset-failed ${unit}`,
  ])
  expect(readdirSync(join(folder, '.config/systemd/user'))).toEqual([])

  writeFileSync(join(folder, 'broken'), '')
  const broken = await run('install', 'agent', '--state', state)
  expect(broken).toMatchObject({ exitCode: 1, said: expect.stringMatching(/restart .* failed: it broke/) })
})

onLinux('a service whose Node or checkout has gone says what to do', async () => {
  const root = ['--root', folder]
  const unit = join(folder, 'etc/systemd/system/hearth.service')
  mkdirSync(join(unit, '..'), { recursive: true })
  const { report } = await HearthCommand.run(['service', 'install', 'up', '--print', '--data', folder])
  expect(report).toContain('ExecStart=')
  writeFileSync(unit, report.replace('/scripts/hearth.ts', '/moved/hearth.ts'))
  const { exitCode, said } = await HearthCommand.run(['service', 'status', 'up', ...root])
  expect(said).toMatch(
    /points to .*\/moved\/hearth\.ts, which is gone: run hearth service install up once more/,
  )
  expect(exitCode).toBe(1)
  const json = await HearthCommand.run(['service', 'status', 'up', '--json', ...root])
  expect(JSON.parse(json.report)).toMatchObject({
    installed: true,
    missing: [expect.stringContaining('moved')],
  })
  const none = await HearthCommand.run(['service', 'status', 'agent', ...root])
  expect(none).toMatchObject({ exitCode: 2, said: expect.stringContaining('not installed') })
})

test('--print shows what would be written and run, and writes nothing', async () => {
  const words = ['service', 'install', 'up', '--user', '--print', '--data', folder]
  const { exitCode, report } = await HearthCommand.run([...words, '--', '--host', '0.0.0.0'])
  expect(report).toContain('0.0.0.0')
  expect(exitCode).toBe(0)
  expect(files()).toEqual([])
  const wrong = await HearthCommand.run(['service', 'install', 'agnet'])
  expect(wrong).toMatchObject({ exitCode: 2, said: expect.stringContaining('did you mean agent?') })
})
