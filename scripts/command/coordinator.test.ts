import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { type FreshDatabase, freshDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import { makeCertificate } from '../../coordinator/tls/make-certificate.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import { findLastingPort } from '../faults/testing/lasting-port.ts'
import { until } from '../faults/testing/until.ts'
import { type TinyModelId, writeTinyModels } from '../fixtures/onnx/tiny-models.ts'
import { ApiClient } from '../start/testing/api-client.ts'
import { childrenOf } from '../start/testing/hearth-run.ts'
import { HearthCommand } from './testing/hearth-command.ts'

const LIMIT_MS = 60_000
const TEST_LIMIT_MS = 180_000
const PASSWORD = 'a long password'

/** What a coordinator needs that runs alone: a database, folders of its own, and a port that it has again. */
class Place implements AsyncDisposable {
  readonly folder: string
  readonly port: number
  readonly #fresh: FreshDatabase

  private constructor(folder: string, port: number, fresh: FreshDatabase) {
    this.folder = folder
    this.port = port
    this.#fresh = fresh
  }

  static async make(): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-alone-'))
    await writeFile(join(folder, 'password'), PASSWORD)
    return new Place(folder, await findLastingPort(), await freshDatabase('server'))
  }

  get data(): string {
    return join(this.folder, 'data')
  }

  get models(): string {
    return join(this.folder, 'models')
  }

  /** `hearth coordinator`, until it is told to stop or the test ends. */
  run(...flags: string[]): RunningCoordinator {
    const { address } = this.#fresh
    const own = ['--port', String(this.port), '--data-folder', this.data]
    const admin = ['--admin.name', 'owner', '--admin.password-file', join(this.folder, 'password')]
    const command = new HearthCommand(['coordinator', ...own, ...admin, ...flags], {
      ...('url' in address && { databaseUrl: address.url }),
    })
    return new RunningCoordinator(command, this)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fresh[Symbol.asyncDispose]()
    await rm(this.folder, { recursive: true, force: true })
  }
}

class RunningCoordinator implements AsyncDisposable {
  readonly pid: number
  readonly #command: HearthCommand
  readonly #place: Place
  readonly #api: ApiClient

  constructor(command: HearthCommand, place: Place) {
    this.pid = command.child.pid!
    this.#command = command
    this.#place = place
    this.#api = new ApiClient(`http://127.0.0.1:${place.port}`)
  }

  async signIn(): Promise<void> {
    await until('it takes the password', LIMIT_MS, () => this.#api.signIn('owner', PASSWORD).then(() => true))
  }

  async search(words: string): Promise<unknown> {
    return await this.#api.get(`/api/search?q=${encodeURIComponent(words)}`)
  }

  /** As the command line sees them on this machine, over whatever certificate. */
  async agents(): Promise<AgentView[]> {
    const { report } = await HearthCommand.run(['agents', '--json', '--data', this.#place.data])
    return report === '' ? [] : JSON.parse(report)
  }

  /** What runs below it, the nearest first. */
  processes(): number[] {
    return below(this.pid)
  }

  signal(name: NodeJS.Signals): void {
    this.#command.child.kill(name)
  }

  /** So far. */
  log(): { level: number; msg: string; pauseMs?: number }[] {
    const lines = this.#command.report.split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line))
  }

  problems(): string[] {
    return this.log().flatMap(({ level, msg }) => (level >= 40 ? [msg] : []))
  }

  /** Gives the exit status. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM')
    return (await this.#command.end()).exitCode
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { child } = this.#command
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

function below(pid: number): number[] {
  const children = childrenOf(pid)
  return [...children, ...children.flatMap(below)]
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const untilAllGone = (pids: readonly number[]) =>
  until('all of its processes are gone', LIMIT_MS, () => !pids.some(isThere))

async function placeWith(...models: TinyModelId[]): Promise<Place> {
  const place = await Place.make()
  if (models.length > 0) await writeTinyModels(place.models, models)
  return place
}

describe.skipIf(!testEnvironment.databaseUrl)('a coordinator that runs alone', () => {
  test('answers words with models of its own, also after their agent was killed, and only with them', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    await using place = await placeWith('tiny-clip', 'tiny-yolov8')
    {
      await using without = place.run()
      await without.signIn()
      await expect(without.search('red')).rejects.toThrow('No model is in use for searching by meaning')
      expect(without.processes()).toEqual([])
      expect(await without.stop()).toBe(0)
    }
    {
      await using running = place.run('--models-folder', place.models)
      await running.signIn()
      const found = await until('words are answered', LIMIT_MS, () => running.search('red'))
      expect(found).toMatchObject({ items: [] })
      expect(await running.agents()).toMatchObject([
        {
          name: `searches on ${hostname().slice(0, 40)}:${place.port}`,
          state: 'online',
          capabilities: [{ capability: 'query', concurrency: 2 }],
          models: expect.arrayContaining([expect.stringMatching(/^tiny-clip@/)]),
        },
      ])
      const [agent] = running.processes()
      process.kill(agent!, 'SIGKILL')
      await untilAllGone([agent!])
      expect(await until('words are answered again', LIMIT_MS, () => running.search('green'))).toMatchObject({
        items: [],
      })
      const processes = running.processes()
      expect(processes.length).toBeGreaterThan(1)
      expect(processes).not.toContain(agent)
      expect(await running.stop()).toBe(0)
      expect(processes.filter(isThere)).toEqual([])
      expect(running.problems()).toEqual(['ended unexpectedly; starting it again'])
    }
    await using without = place.run()
    await without.signIn()
    await expect(without.search('blue')).rejects.toThrow(/model_missing.*Nobody can answer now.*modelsFolder/)
    expect(await without.search('red')).toMatchObject({ items: [] })
  })

  test('takes the agent for its searches along when it is killed', { timeout: TEST_LIMIT_MS }, async () => {
    await using place = await placeWith('tiny-clip')
    await using running = place.run('--models-folder', place.models)
    await running.signIn()
    await until('words are answered', LIMIT_MS, () => running.search('red'))
    const processes = running.processes()
    expect(processes.length).toBeGreaterThan(1)
    running.signal('SIGKILL')
    await untilAllGone(processes)
  })

  test('runs no process for models where none takes words', { timeout: TEST_LIMIT_MS }, async () => {
    await using place = await placeWith('tiny-yolov8')
    await using running = place.run('--models-folder', place.models)
    await running.signIn()
    await until('its agent is there', LIMIT_MS, async () => (await running.agents())[0]?.state === 'online')
    expect((await running.agents())[0]?.capabilities).toEqual([])
    expect(running.processes()).toHaveLength(1)
    expect([await running.stop(), running.problems()]).toEqual([0, []])
  })

  test('serves with a models folder that cannot be made, and says so no more often than it is tried', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    await using place = await placeWith()
    await using running = place.run('--models-folder', join(place.folder, 'password', 'models'))
    await running.signIn()
    const reasons = () => running.log().filter(({ msg }) => /models folder .* cannot be made/.test(msg))
    await until('its agent has been tried three times', LIMIT_MS, () => reasons().length >= 3)
    await expect(running.search('red')).rejects.toThrow('model_missing')
    expect(await running.stop()).toBe(0)
    const pauses = running.log().flatMap(({ pauseMs }) => pauseMs ?? [])
    expect(pauses.slice(0, 3)).toEqual([300, 600, 1_200])
  })

  test('serves when the key of the agent for its searches is damaged, and says so', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    await using place = await placeWith()
    const folder = join(place.data, 'agents', `searches-${hostname()}-${place.port}`)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'agent-key.pem'), 'no key')
    await using running = place.run('--models-folder', place.models)
    await running.signIn()
    await expect(running.search('red')).rejects.toThrow('model_missing')
    expect(running.processes()).toEqual([])
    expect(await running.stop()).toBe(0)
    expect(running.problems()).toEqual(['this machine answers no searches: its agent has no key'])
  })

  test('keeps out an agent for its searches that was revoked, which says so once', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    await using place = await placeWith('tiny-clip')
    await using running = place.run('--models-folder', place.models)
    await running.signIn()
    await until('words are answered', LIMIT_MS, () => running.search('red'))
    const [{ name } = { name: '' }] = await running.agents()
    await HearthCommand.run(['agents', 'revoke', name, '--data', place.data])
    await expect(running.search('green')).rejects.toThrow('Nobody can answer now')
    const refused = 'the coordinator refused this agent'
    await until('it has been refused', LIMIT_MS, () => running.problems().includes(refused))
    await running.stop()
    await using again = place.run('--models-folder', place.models)
    await again.signIn()
    await until('it is refused again', LIMIT_MS, () => again.problems().includes(refused))
    expect(await again.agents()).toEqual([])
    expect(await again.stop()).toBe(0)
    expect(again.problems()).toEqual([refused])
  })

  test('is found by its agent over a certificate for another name, also after that was renewed', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    await using place = await placeWith('tiny-clip')
    const pair = () => makeCertificate({ dns: ['photos.example'], ip: [] }, new Date())
    const files = { cert: join(place.folder, 'cert.pem'), key: join(place.folder, 'key.pem') }
    const show = async ({ cert, key }: Awaited<ReturnType<typeof pair>>) => {
      await writeFile(files.cert, cert)
      await writeFile(files.key, key)
    }
    await show(await pair())
    const tls = ['--tls.cert-file', files.cert, '--tls.key-file', files.key]
    await using running = place.run('--models-folder', place.models, '--host', '0.0.0.0', ...tls)
    const isOnline = async () => (await running.agents())[0]?.capabilities[0]?.capability === 'query'
    await until('its agent is there', LIMIT_MS, isOnline)
    const [agent] = running.processes()
    await show(await pair())
    await until(
      'its agent is another',
      LIMIT_MS,
      () => running.processes().length > 1 && running.processes()[0] !== agent,
    )
    await until('that is there as well', LIMIT_MS, isOnline)
    expect([await running.stop(), running.problems()]).toEqual([0, []])
  })
})
