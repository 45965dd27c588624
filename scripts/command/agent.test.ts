import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { readPairing } from '../../agents/pairing/pairing-file.ts'
import { ConsoleScreen } from '../start/console-screen.ts'
import { pairWithCode } from './agent/let-in.ts'
import { HearthCommand } from './testing/hearth-command.ts'
import { SecureCoordinator } from './testing/secure-coordinator.ts'

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'hearth-agent-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The machine may be busy; a poll that succeeds does not wait. */
const PATIENTLY = { timeout: 30_000, interval: 20 }

const run = (...args: string[]) => HearthCommand.run(['agent', ...args])

/** A real agent in a process of its own, until the end of the test. */
function startAgent(...args: string[]) {
  const command = new HearthCommand(['agent', ...args])
  const stop = async () => {
    command.child.kill('SIGTERM')
    return await command.end()
  }
  return { command, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

async function standing(state: string) {
  const { report } = await run('status', '--state', state, '--json')
  return JSON.parse(report) as { state: string; online: boolean; name: string | null; fingerprint: string }
}

test('a machine joins by one command over a certificate that nobody vouches for, works, and is shut out', async () => {
  await using coordinator = await SecureCoordinator.start({ tls: 'selfSigned' })
  await using folder = await temporaryFolder()
  const state = join(folder.path, 'state')
  const { id, code } = await coordinator.ask('createPairingCode', { body: {} })
  expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}\.[\w-]{43}$/)

  await using _agent = startAgent(
    'pair',
    coordinator.url,
    code,
    '--state',
    state,
    '--name',
    'Zoey’s laptop',
    '--run',
  )
  await expect
    .poll(async () => (await coordinator.ask('listAgents')).items, PATIENTLY)
    .toMatchObject([{ name: 'Zoey’s laptop', state: 'online' }])
  const agentId = (await coordinator.ask('listAgents')).items[0]!.id
  expect((await coordinator.ask('listPairingCodes')).items).toMatchObject([
    { id, state: 'used', agent: { id: agentId, name: 'Zoey’s laptop' } },
  ])
  expect(await standing(state)).toMatchObject({ state: 'paired', online: true, name: 'Zoey’s laptop' })
  expect(JSON.parse(await readFile(join(state, 'coordinator.json'), 'utf8'))).toMatchObject({
    urls: [coordinator.url],
    fingerprint: code.split('.')[1],
  })
  if (process.platform !== 'win32') {
    expect((await stat(join(state, 'coordinator.json'))).mode & 0o777).toBe(0o600)
  }
  await coordinator.ask('updateAgent', { id: agentId, body: { name: 'Zoey' } })
  expect(await standing(state)).toMatchObject({ name: 'Zoey' })

  await coordinator.ask('revokeAgent', { id: agentId })
  expect((await coordinator.ask('listAgents')).items).toEqual([])
  expect(await standing(state)).toMatchObject({ state: 'revoked', online: false })
  await expect.poll(() => coordinator.log.join(''), PATIENTLY).toContain('agent disconnected')
})

test('a code that is used, mistyped or for another certificate lets nobody in, and the reason is a sentence', async () => {
  await using coordinator = await SecureCoordinator.start({ tls: 'selfSigned' })
  await using folder = await temporaryFolder()
  const screen = new ConsoleScreen(new PassThrough() as never)
  const pair = (name: string, code: string, url = coordinator.url) =>
    pairWithCode({ url, code, name, state: join(folder.path, name) }, screen)
  const { code } = await coordinator.ask('createPairingCode', { body: {} })
  const [human = '', fingerprint = ''] = code.split('.')

  await expect(pair('a', 'K7QM')).rejects.toThrow('not a pairing code')
  await expect(pair('b', human)).rejects.toThrow('copy the whole command')
  await expect(pair('c', `${human}.${'A'.repeat(43)}`)).rejects.toThrow('shows another certificate')
  await expect(pair('d', code, coordinator.url.replace('https:', 'http:'))).rejects.toThrow('with https')
  await expect(pair('e', `${human.slice(0, -4)}0000.${fingerprint}`)).rejects.toThrow('not good')
  expect((await coordinator.ask('listPairingCodes')).items).toMatchObject([{ triesLeft: 4 }])
  // As people type it.
  await pair('f', `${human.toLowerCase().replaceAll('-', '').replaceAll('0', 'o')}.${fingerprint}`)
  await expect(pair('g', code)).rejects.toThrow('not good')
  expect((await coordinator.ask('listAgents')).items).toMatchObject([{ name: 'f' }])
  expect(readPairing(join(folder.path, 'g'))).toBeUndefined()
})

test('an agent that asks to be let in waits for a person, who sees the same fingerprint', async () => {
  await using coordinator = await SecureCoordinator.start()
  await using folder = await temporaryFolder()
  const joining = startAgent(
    'join',
    '--url',
    coordinator.url,
    '--state',
    folder.path,
    '--name',
    'work\u202eshop',
  )
  await using _ = joining
  let said = ''
  joining.command.child.stderr!.on('data', (text: string) => {
    said += text
  })
  await expect.poll(() => said, PATIENTLY).toMatch(/([0-9A-Z]{4}-){5}[0-9A-Z]{4}/)
  const { items } = await coordinator.ask('listJoinRequests')
  expect(items).toMatchObject([{ name: 'work\ufffdshop', address: '127.0.0.1' }])
  const [request] = items
  expect(said).toContain(request!.fingerprint)
  expect((await coordinator.ask('listAgents')).items).toEqual([])

  await coordinator.ask('approveJoinRequest', { id: request!.id })
  expect(await joining.command.end()).toMatchObject({ exitCode: 0 })
  expect(await standing(folder.path)).toMatchObject({
    state: 'paired',
    online: false,
    fingerprint: request!.fingerprint,
  })
  expect((await coordinator.ask('listJoinRequests')).items).toEqual([])
})

test('an agent that is refused says so and ends', async () => {
  await using coordinator = await SecureCoordinator.start()
  await using folder = await temporaryFolder()
  const joining = startAgent('join', '--url', coordinator.url, '--state', folder.path)
  await using _ = joining
  await expect.poll(async () => (await coordinator.ask('listJoinRequests')).items, PATIENTLY).toHaveLength(1)
  const [request] = (await coordinator.ask('listJoinRequests')).items
  await coordinator.ask('refuseJoinRequest', { id: request!.id })
  expect(await joining.command.end()).toMatchObject({ exitCode: 1, said: expect.stringContaining('refused') })
  expect((await coordinator.ask('listJoinRequests')).items).toEqual([])
})

test('an agent that has been paired takes no work from another house at the same address', async () => {
  await using folder = await temporaryFolder()
  let url = ''
  {
    await using coordinator = await SecureCoordinator.start()
    url = coordinator.url
    const { code } = await coordinator.ask('createPairingCode', { body: {} })
    expect(await run('pair', url, code, '--state', folder.path)).toMatchObject({ exitCode: 0 })
  }
  await using other = await SecureCoordinator.start()
  const path = join(folder.path, 'coordinator.json')
  const pairing = JSON.parse(await readFile(path, 'utf8')) as object
  const moved = JSON.stringify({ ...pairing, urls: [other.url] })
  await writeFile(path, moved)
  await using agent = startAgent('run', '--state', folder.path)
  let log = ''
  agent.command.child.stdout!.on('data', (text: string) => {
    log += text
  })
  await expect.poll(() => log, PATIENTLY).toContain('Another Hearth answers at this address')
  expect(await standing(folder.path)).toMatchObject({
    state: 'unreachable',
    reason: expect.stringContaining('Another Hearth'),
  })
})
