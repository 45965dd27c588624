import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiToken } from '../../coordinator/accounts/api-tokens.ts'
import { LocalAccess } from '../../coordinator/accounts/local-access.ts'
import { addSampleAsset } from '../../coordinator/http/testing/sample-library.ts'
import {
  addAgent,
  cookieOf,
  startTestServer,
  type TestServer,
} from '../../coordinator/http/testing/test-server.ts'
import { type CommandEnd, HearthCommand } from './testing/hearth-command.ts'

let server: TestServer
let data = ''

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'hearth-steer-'))
  const localAccess = new LocalAccess(data)
  server = await startTestServer({ localAccess })
  await localAccess.publish(server.url, null)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(data, { recursive: true })
})

const hearth = (...words: string[]): Promise<CommandEnd> => HearthCommand.run([...words, '--data', data])

test('before there is an account, it says how to make one', async () => {
  const { exitCode, said } = await hearth('agents')
  expect(said).toContain('make the first one with the link')
  expect(exitCode).toBe(1)
})

test('on the coordinator’s own machine who owns the data folder steers', async () => {
  await cookieOf(server.db, 'admin')
  const nas = await addAgent(server.db, 'nas', ['/photos'])
  await addSampleAsset(server.db, server.store, { agentId: nas.id })

  const agents = await hearth('agents')
  expect(agents.report).toMatch(/^NAME +STATE +SEEN/)
  expect(agents.report).toMatch(/^nas +offline/m)
  expect(JSON.parse((await hearth('agents', '--json')).report)).toMatchObject([{ name: 'nas' }])

  expect(await hearth('agents', 'pause', 'nas')).toMatchObject({
    exitCode: 0,
    said: expect.stringMatching(/takes no more/),
  })
  expect((await hearth('agents')).report).toMatch(/^nas +offline, paused/m)
  expect((await hearth('agents', 'resume', 'NAS')).exitCode).toBe(0)
  expect((await hearth('agents', 'rename', 'nas', 'cellar')).said).toContain('is called cellar now')

  expect((await hearth('jobs')).report).toMatch(/^KIND +WAITING +RUNNING/)
  expect((await hearth('jobs', 'pause', 'file.ingest')).exitCode).toBe(0)
  expect((await hearth('jobs', 'summary')).report).toMatch(/file\.ingest .*paused$/m)
  expect((await hearth('jobs', 'retry', '--all')).said).toContain('0 jobs are queued again')
  expect((await hearth('jobs', 'list', '--state', 'dead')).report).toBe('There are no such jobs\n')
  expect((await hearth('jobs', 'failures', '--json')).report).toBe('[]\n')

  const [library] = JSON.parse((await hearth('libraries', '--json')).report) as { name: string }[]
  expect((await hearth('libraries', 'scan', library!.name)).said).toContain('is scanned by job')
  expect((await hearth('libraries', 'pause', library!.name)).exitCode).toBe(0)
  const added = await hearth('libraries', 'add', '/photos/new', '--json')
  expect(JSON.parse(added.report)).toMatchObject({ name: 'new', root: '/photos/new' })
  expect((await hearth('libraries', 'add', '/elsewhere')).said).toContain('No agent may read /elsewhere')
})

test('from another machine it takes the address and a token', async () => {
  const account = await server.db
    .selectFrom('account')
    .select(['id', 'name', 'role'])
    .executeTakeFirstOrThrow()
  const { token } = await createApiToken(server.db, account, { name: 'desk', scope: 'user' })
  const file = join(data, 'token')
  await writeFile(file, `${token}\n`)
  const remote = (...words: string[]) =>
    HearthCommand.run([...words, '--url', server.url, '--token-file', file])
  expect((await remote('libraries')).exitCode).toBe(0)
  expect(await remote('agents', 'pause', 'cellar')).toMatchObject({
    exitCode: 1,
    said: expect.stringMatching(/Only an administrator/),
  })

  expect((await HearthCommand.run(['jobs', '--url', server.url])).said).toContain('A token is missing')
  expect((await HearthCommand.run(['jobs', '--url', 'nonsense'])).exitCode).toBe(2)
  const away = await HearthCommand.run(['jobs', '--url', 'http://127.0.0.1:1', '--token-file', file])
  expect(away).toMatchObject({ exitCode: 1, said: expect.stringMatching(/cannot be reached/) })
})

test.each([
  [['agnets'], /did you mean agents\?/],
  [['jobs', 'lst'], /did you mean list\?/],
  [['agents', '--jsn'], /There is no option --jsn; did you mean --json\?/],
  [['agents', 'pause'], /NAME is missing/],
  [['agents', 'pause', 'cella'], /no agent cella; did you mean cellar\?/],
  [['jobs', 'pause', 'file.inges'], /did you mean file\.ingest\?/],
  [['jobs', 'cancel', 'x'], /no number of a job/],
])('%j is refused with the nearest right word', async (words, sentence) => {
  const { exitCode, said, report } = await hearth(...words)
  expect(said).toMatch(sentence)
  expect({ exitCode, report }).toEqual({ exitCode: 2, report: '' })
})

test('each command says how it is used, with examples', async () => {
  const { report } = await HearthCommand.run(['--help'])
  const names = [...report.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name!)
  expect(names.length).toBeGreaterThan(9)
  const helps = await Promise.all(names.map((name) => HearthCommand.run([name, '--help'])))
  for (const [index, { exitCode, report }] of helps.entries()) {
    const name = names[index]
    expect(exitCode, name).toBe(0)
    expect(report, name).toMatch(/^Usage: hearth [\s\S]*Examples:\n {2}\S/)
  }
})

test('the configuration is shown with where each value comes from, and secrets are not', async () => {
  const file = join(data, 'hearth.yaml')
  await writeFile(
    file,
    'coordinator:\n  port: 9000\n  dataFolder: /srv/hearth\n  database:\n    url: postgres://me:hidden@db/hearth\n',
  )
  const print = await HearthCommand.run(['config', 'print', '--changed', '--config', file])
  expect(print.report).toMatch(/^coordinator\.port +9000 +\S*hearth\.yaml line 2$/m)
  expect(print.report).toMatch(/^coordinator\.database\.url +\(secret\)/m)
  const json = await HearthCommand.run(['config', 'print', '--json', '--config', file])
  expect(print.report + json.report).not.toContain('hidden')
  expect(JSON.parse(json.report)).toMatchObject({ file, settings: expect.any(Array) })

  expect((await HearthCommand.run(['config', 'check', '--config', file])).exitCode).toBe(0)
  await writeFile(file, 'coordinator:\n  prot: 1\nagnet: {}\n')
  const wrong = await HearthCommand.run(['config', 'check', '--config', file])
  expect(wrong.said).toMatch(/coordinator\.prot .*did you mean coordinator\.port\?/)
  expect(wrong.said).toMatch(/agnet .*did you mean agent\?/)
  expect(wrong.said).toMatch(/coordinator\.dataFolder is missing/)
  expect(wrong.exitCode).toBe(2)
})
