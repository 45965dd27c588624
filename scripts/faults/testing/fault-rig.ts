import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { loadAgentKey } from '../../../agents/runtime/agent-key.ts'
import type { AgentConfig } from '../../../config/agent-config.ts'
import type { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import { testEnvironment } from '../../../config/test-environment.ts'
import type { Database } from '../../../coordinator/db/database.ts'
import type { Engine } from '../../../coordinator/db/testing/fresh-database.ts'
import { ApiClient } from '../../start/testing/api-client.ts'
import { findLastingPort } from './lasting-port.ts'
import { openRigDatabase, type RigDatabase } from './rig-database.ts'
import { RigProcess } from './rig-process.ts'

const defaultEngine: Engine = testEnvironment.databaseUrl ? 'server' : 'embedded'
const OWNER = 'owner'
const PASSWORD = 'a long password'

export type AgentPlan = {
  name: string
  /** The library it reads; none for an agent with handlers of the tests' own. */
  root?: string
  capabilities: AgentConfig['capabilities']
  /** Another program than the real agent's. */
  script?: string
  env?: Record<string, string>
  under?: readonly string[]
  power?: z.input<typeof AgentConfig>['power']
  vision?: z.input<typeof AgentConfig>['vision']
  /** It may write sidecars. */
  writeBack?: boolean
  /** Where it finds the coordinator, when that is not where the coordinator says; several of several. */
  coordinatorUrl?: (url: string) => string | string[]
}

export type FaultRigOptions = {
  /** The server, when there is one. */
  engine?: Engine
  agents: readonly AgentPlan[]
  leaseTtlMs?: number
  /** Address of the coordinator. */
  host?: string
  /** Another program than the real coordinator's. */
  coordinatorScript?: string
}

/**
 * A coordinator with its database and its agents, each a real process that can be killed and started again.
 *
 * Everything it leaves on the disk lies below `folder`: also what its processes call their temporary folder.
 */
export class FaultRig implements AsyncDisposable {
  readonly folder: string
  readonly database: RigDatabase
  readonly coordinator: RigProcess
  readonly agents: RigProcess[]
  readonly url: string

  private constructor(parts: Pick<FaultRig, 'folder' | 'database' | 'coordinator' | 'agents' | 'url'>) {
    this.folder = parts.folder
    this.database = parts.database
    this.coordinator = parts.coordinator
    this.agents = parts.agents
    this.url = parts.url
  }

  /** Everything runs when it returns. */
  static async start(options: FaultRigOptions): Promise<FaultRig> {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-rig-'))
    const env = { TMPDIR: join(folder, 'tmp') }
    mkdirSync(env.TMPDIR)
    writeFileSync(join(folder, 'password'), PASSWORD)
    const database = await openRigDatabase(options.engine ?? defaultEngine, folder)
    const host = options.host ?? '127.0.0.1'
    const port = await findLastingPort(host)
    const url = `http://${host}:${port}`
    const coordinator = new RigProcess({
      name: 'coordinator',
      script: options.coordinatorScript ?? 'coordinator/main.ts',
      config: () => coordinatorConfig(options, { folder, host, port, database }),
      env,
    })
    const agents = options.agents.map(
      (plan) =>
        new RigProcess({
          name: plan.name,
          script: plan.script ?? 'agents/main.ts',
          config: () => agentConfig(plan, folder, url),
          env: { ...env, ...plan.env },
          under: plan.under,
        }),
    )
    const rig = new FaultRig({ folder, database, coordinator, agents, url })
    try {
      await coordinator.start()
      await Promise.all(agents.map((agent) => agent.start()))
    } catch (error) {
      await rig[Symbol.asyncDispose]()
      throw error
    }
    return rig
  }

  get db(): Database {
    return this.database.db
  }

  get processes(): RigProcess[] {
    return [...this.agents, this.coordinator, ...(this.database.process ? [this.database.process] : [])]
  }

  /** Agents and coordinator end in order; the database goes on, to be asked. Gives the exit statuses of those that ran. */
  async stop(): Promise<Record<string, number | null>> {
    const statuses: Record<string, number | null> = {}
    const running = this.agents.filter((agent) => agent.pid !== undefined)
    await Promise.all(
      running.map(async (agent) => {
        statuses[agent.name] = await agent.stop()
      }),
    )
    statuses.coordinator = await this.coordinator.stop()
    return statuses
  }

  /** What the owner could do with a browser. */
  async signIn(): Promise<ApiClient> {
    const api = new ApiClient(this.url)
    await api.signIn(OWNER, PASSWORD)
    return api
  }

  /** The newest lines of every process, for a test that fails. */
  lastWords(lines = 15): string {
    return this.processes.map(({ name, lines: all }) => [name, ...all.slice(-lines)].join('\n  ')).join('\n')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.agents, this.coordinator].map((process) => process.kill()))
    await this.database[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

type Place = { folder: string; host: string; port: number; database: RigDatabase }

function coordinatorConfig(options: FaultRigOptions, place: Place): Partial<CoordinatorConfig> {
  const { folder, host, port, database } = place
  return {
    host,
    port,
    database: database.address,
    dataFolder: join(folder, 'data'),
    leaseTtlMs: options.leaseTtlMs,
    admin: { name: OWNER, passwordFile: join(folder, 'password') },
    enrolledAgents: options.agents.map(({ name }) => ({
      name,
      publicKey: loadAgentKey(join(folder, 'agents', name)).publicKey,
    })),
    libraries: options.agents.flatMap(({ name, root }) => (root ? [{ root, agent: name }] : [])),
    logLevel: 'info',
  }
}

function agentConfig(plan: AgentPlan, folder: string, url: string): z.input<typeof AgentConfig> {
  return {
    name: plan.name,
    coordinatorUrls: [plan.coordinatorUrl?.(url) ?? url].flat(),
    stateFolder: join(folder, 'agents', plan.name),
    capabilities: plan.capabilities,
    roots: plan.root ? [plan.root] : [],
    dataFolders: [join(folder, 'data')],
    ingest: { readers: 1 },
    power: plan.power,
    vision: plan.vision,
    writeBack: plan.writeBack,
    logLevel: 'info',
  }
}
