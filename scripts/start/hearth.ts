import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentInfo } from '../../agents/runtime/agent.ts'
import type { AgentConfig } from '../../config/agent-config.ts'
import type { CoordinatorConfig } from '../../config/coordinator-config.ts'
import type { EmbeddedConfig } from '../../config/embedded-config.ts'
import { environment } from '../../config/environment.ts'
import type { CoordinatorInfo } from '../../coordinator/coordinator.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { finishPlacing } from '../../coordinator/db/backup/place-database.ts'
import { type FolderLock, lockFolder } from '../../coordinator/db/embedded/folder-lock.ts'
import type { WorkReport, WorkStatus } from '../../coordinator/fleet/work-status.ts'
import { AppError } from '../../protocol/errors.ts'
import { buildWeb } from '../build-web.ts'
import { checkFolders } from './check-folders.ts'
import type { ConsoleScreen } from './console-screen.ts'
import { DatabaseCare } from './database-care.ts'
import { chooseDatabase } from './database-choice.ts'
import { enrolmentOf, localAgent, localAgentConfig } from './local-agent.ts'
import { progressText } from './progress-text.ts'
import type { StartOptions } from './read-options.ts'
import { SupervisedProcess } from './supervised-process.ts'

/** A Unix socket's path may have 108 bytes with its file name. */
const MAX_SOCKET_FOLDER_BYTES = 80
/** A coordinator that is being started again answers the next question. */
const QUESTION_LIMIT_MS = 10_000

type Answer = { type: 'status'; status: WorkStatus } | { type: 'report'; report: WorkReport }

/**
 * Everything of Hearth on one machine: embedded database, coordinator, vault agent and worker agent.
 *
 * idle → running: `start()`, in this order; when one cannot start, those before it are stopped again.
 * running → stopped: `stop()`, in the opposite order, so that each may still reach what it needs.
 */
export class Hearth {
  readonly #options: StartOptions
  readonly #screen: ConsoleScreen
  readonly #processes: SupervisedProcess[] = []
  readonly #cleanUp: (() => void)[] = []
  readonly #databaseCare: DatabaseCare
  #coordinator: SupervisedProcess | undefined
  #port: number
  /** What the coordinator said when it was ready last. */
  #info: CoordinatorInfo | undefined
  #webFolder: string | null = null
  #disabled: string | null = null
  #statusAsked: ((status: WorkStatus) => void)[] = []
  #reportAsked: ((report: WorkReport) => void)[] = []

  constructor(options: StartOptions, screen: ConsoleScreen) {
    this.#options = options
    this.#screen = screen
    this.#databaseCare = new DatabaseCare(options.data, screen)
    this.#port = options.port
  }

  async start(): Promise<void> {
    const { data, paths, once, noBackups } = this.#options
    const folders = checkFolders(paths, data)
    mkdirSync(data, { recursive: true, mode: 0o700 })
    await this.#databaseCare.upgradeEngine()
    const lock: FolderLock = await lockFolder(data, 'hearth')
    this.#cleanUp.push(() => lock.release())
    await finishPlacing(data)

    const roots = this.#rememberRoots(folders)
    const web = this.#buildWeb()
    const database = await this.#startDatabase()
    if (!noBackups) await this.#databaseCare.backUpBeforeUpgrade(database)
    await this.#startCoordinator(database, roots)
    await this.#startAgent(
      'vault',
      [
        { capability: 'scan', concurrency: 1 },
        { capability: 'ingest', concurrency: readers() + 2 },
        { capability: 'sidecar', concurrency: 4 },
      ],
      roots,
    )
    await this.#startAgent('worker', visionWork, [])
    if (!once && !noBackups) this.#databaseCare.schedule.start()
    if (this.#options.once) web.catch(() => {})
    else await web
  }

  async stop(): Promise<void> {
    await this.#databaseCare.stop()
    for (const process of this.#processes.toReversed()) await process.stop()
    for (const cleanUp of this.#cleanUp.toReversed()) cleanUp()
  }

  /** Ends everything at once; what was in work is done again after the next start. */
  kill(): void {
    void this.#databaseCare.stop()
    for (const { pid } of this.#processes) {
      try {
        if (pid) process.kill(pid, 'SIGKILL')
      } catch {
        // It has already ended.
      }
    }
  }

  /** Undefined when the coordinator does not answer at the moment. */
  askStatus(): Promise<WorkStatus | undefined> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => resolve(undefined), QUESTION_LIMIT_MS)
      this.#statusAsked.push((status) => {
        clearTimeout(limit)
        resolve(status)
      })
      this.#coordinator?.send({ type: 'status' })
    })
  }

  askReport(): Promise<WorkReport> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new AppError('unavailable', 'The coordinator did not answer')),
        QUESTION_LIMIT_MS * 6,
      )
      this.#reportAsked.push((report) => {
        clearTimeout(limit)
        resolve(report)
      })
      this.#coordinator?.send({ type: 'report' })
    })
  }

  async #startDatabase(): Promise<CoordinatorConfig['database']> {
    const { location, notes } = chooseDatabase(this.#options.data, environment.databaseUrl())
    for (const note of notes) this.#screen.say(note)
    if ('url' in location) return location
    if (process.platform === 'win32') {
      throw new AppError(
        'bad_request',
        'The embedded database does not run on Windows yet: set DATABASE_URL to a Postgres server with pgvector',
      )
    }
    const socketFolder = this.#makeSocketFolder()
    const config: EmbeddedConfig = {
      folder: dataFolder.database(this.#options.data),
      socketFolder,
      logLevel: this.#options.logLevel,
    }
    try {
      await this.#run('database', 'coordinator/db/embedded/main.ts', () => config)
    } catch (error) {
      throw await this.#databaseCare.adviseAboutDamage(error)
    }
    return { socketFolder }
  }

  /** Private, because the embedded database asks nobody for a password. */
  #makeSocketFolder(): string {
    const folder = dataFolder.run(this.#options.data)
    if (Buffer.byteLength(folder) <= MAX_SOCKET_FOLDER_BYTES) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return folder
    }
    const short = mkdtempSync(join(tmpdir(), 'hearth-'))
    this.#cleanUp.push(() => rmSync(short, { recursive: true, force: true }))
    // So that it can be found from the data folder; one that a killed start left leads nowhere.
    rmSync(folder, { recursive: true, force: true })
    symlinkSync(short, folder)
    this.#cleanUp.push(() => rmSync(folder, { force: true }))
    return short
  }

  async #startCoordinator(database: CoordinatorConfig['database'], roots: readonly string[]): Promise<void> {
    const { data, host, tls, adminName, adminPasswordFile, noBackups, logLevel } = this.#options
    const config = (): Partial<CoordinatorConfig> => ({
      host,
      port: this.#port,
      tls: tls ? 'selfSigned' : 'off',
      database,
      dataFolder: data,
      backupsFolder: noBackups ? null : dataFolder.backups(data),
      // It has been made by now.
      backupBeforeUpgrade: false,
      webFolder: this.#webFolder,
      admin: adminName && adminPasswordFile ? { name: adminName, passwordFile: adminPasswordFile } : null,
      enrolledAgents: ['vault', 'worker'].map((name) => enrolmentOf(localAgent(data, name))),
      libraries: roots.map((root) => ({ root, agent: 'vault' })),
      logLevel,
    })
    this.#coordinator = await this.#run('coordinator', 'coordinator/main.ts', config, {
      onReady: (info) => this.#coordinatorReady(info as CoordinatorInfo),
      onMessage: (message) => this.#coordinatorSays(message as Answer),
    })
    this.#sendWebFolder()
  }

  /** Also after each start of the coordinator: the build may have ended while it was starting. */
  #sendWebFolder(): void {
    if (this.#webFolder) this.#coordinator?.send({ type: 'webFolder', folder: this.#webFolder })
  }

  async #startAgent(name: string, capabilities: AgentConfig['capabilities'], roots: string[]): Promise<void> {
    await this.#run(
      name,
      'agents/main.ts',
      () => ({
        ...localAgentConfig(localAgent(this.#options.data, name), this.#info!),
        capabilities,
        roots,
        dataFolders: [this.#options.data],
        ingest: { readers: readers() },
        // Libraries begin with write-back off: their owner turns it on.
        writeBack: true,
        vision: { modelsFolder: join(this.#options.data, 'models') },
        logLevel: this.#options.logLevel,
      }),
      { onReady: (info) => this.#agentReady(info as AgentInfo) },
    )
  }

  /** Reading is off: the pages work, and a run that would only wait ends with the reason. */
  #agentReady({ disabled }: AgentInfo): void {
    this.#disabled = disabled ?? this.#disabled
  }

  /** @throws AppError `program_missing` when files cannot be read on this machine */
  requireReading(): void {
    if (this.#disabled) throw new AppError('program_missing', this.#disabled)
  }

  async #run(
    name: string,
    script: string,
    config: () => unknown,
    listeners: { onReady?: (info: unknown) => void; onMessage?: (message: unknown) => void } = {},
  ): Promise<SupervisedProcess> {
    const process = new SupervisedProcess({
      name,
      script,
      codeCache: dataFolder.codeCache(this.#options.data),
      config,
      onLine: (from, line) => this.#screen.log(from, line),
      ...listeners,
    })
    this.#processes.push(process)
    await process.start()
    return process
  }

  #coordinatorReady(info: CoordinatorInfo): void {
    // After a restart the agents must find it where it was.
    const isFirst = this.#info === undefined
    this.#port = info.port
    this.#info = info
    if (!isFirst) {
      this.#sendWebFolder()
      return
    }
    const url = `${info.url.replace('//127.0.0.1:', '//localhost:')}/`
    this.#screen.say(`Hearth is at ${url}`)
    if (info.setupToken) {
      this.#screen.say(
        `Open this link once to make the first account:\n  ${url}setup#token=${info.setupToken}`,
      )
    }
  }

  #coordinatorSays(answer: Answer): void {
    if (answer.type === 'status') {
      for (const asked of this.#statusAsked.splice(0)) asked(answer.status)
      this.#screen.progress(progressText(answer.status))
    } else if (answer.type === 'report') {
      for (const asked of this.#reportAsked.splice(0)) asked(answer.report)
    }
  }

  async #buildWeb(): Promise<void> {
    try {
      const { folder, built } = await buildWeb({ outDir: join(this.#options.data, 'web') })
      if (built) this.#screen.say('The web app is built.')
      this.#webFolder = folder
      this.#sendWebFolder()
    } catch (error) {
      this.#screen.say(
        `The web app could not be built; the API works without it. ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  /** Folders given at earlier starts stay libraries; one that is not mounted now is offline, not gone. */
  #rememberRoots(folders: readonly string[]): string[] {
    const path = join(this.#options.data, 'roots.json')
    const roots = [...new Set([...readRoots(path), ...folders])]
    writeFileSync(path, JSON.stringify(roots, null, 2), { mode: 0o600 })
    return roots
  }
}

/**
 * More at once than a model takes together, so that the next previews are fetched and decoded while it runs. What it
 * offers in the end depends on the models that it has.
 */
const visionWork: AgentConfig['capabilities'] = [
  { capability: 'detect', concurrency: 8 },
  { capability: 'segment', concurrency: 4 },
  { capability: 'embed', concurrency: 8 },
  { capability: 'faces', concurrency: 8 },
  { capability: 'query', concurrency: 2 },
]

function readers(): number {
  return Math.min(8, Math.max(1, cpus().length))
}

function readRoots(path: string): string[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as string[]
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw new AppError(
      'bad_request',
      `${path} cannot be read: mend or remove it; it lists the folders of the libraries`,
      { cause: error },
    )
  }
}
