import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { testEnvironment } from '../../config/test-environment.ts'
import type { RouteAnswer } from '../../protocol/api/routes.ts'
import { Laptop } from '../faults/testing/laptop.ts'
import { startProbeRig, submit } from '../faults/testing/probe-rig.ts'
import { canSplitNetworks } from '../faults/testing/split-network.ts'
import { until } from '../faults/testing/until.ts'
import { WakeNetwork } from '../faults/testing/wake-network.ts'
import { formatResult, median } from './bench-line.ts'

const LIMIT_MS = 60_000

/**
 * `npm run bench -- wake [--runs N]`, B20: from the packet to the first job that is done, on a machine in a network of
 * its own that takes no time to start. Beside it, in the same run, what the start of the agent's process alone takes:
 * the rest is the coordinator's and the agent's way to each other.
 */
export async function benchWake(parameters: string[]): Promise<void> {
  const { values } = parseArgs({ args: parameters, options: { runs: { type: 'string', default: '5' } } })
  if (!canSplitNetworks())
    throw new Error('This benchmark makes networks: run it as root on Linux, with iproute2')
  using network = new WakeNetwork('near')
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bench-wake-'))
  const laptop = new Laptop(folder, { mac: network.laptopMac, under: network.underLaptop })
  await using rig = await startProbeRig([laptop.plan], {
    host: network.serverAddress,
    engine: testEnvironment.databaseUrl ? 'server' : 'embedded',
  })
  const api = await rig.signIn()
  const readLaptop = async () => (await api.get<RouteAnswer<'listAgents'>>('/api/agents')).items[0]!
  const wake = { coolDownMinutes: 0, secureOn: laptop.secureOn, interfaces: [network.serverInterface] }
  await api.patch(`/api/agents/${(await readLaptop()).id}`, { wake })

  const all: number[] = []
  const boots: number[] = []
  const overheads: number[] = []
  const calls: number[] = []
  for (let run = 0; run < Number(values.runs); run += 1) {
    await until('the laptop sleeps', LIMIT_MS, async () => (await readLaptop()).state === 'asleep')
    const before = laptop.packets().length
    const wishedAtMs = Date.now()
    const [id] = await submit(rig, [{ does: 'wait', workMs: 0 }])
    const doneAtMs = await until('the job is done', LIMIT_MS, async () => {
      const { rows } = await sql<{
        at: Date
      }>`select finished_at as at from job where id = ${id} and state = 'done'`.execute(rig.db)
      return rows[0]?.at.getTime()
    })
    const packet = laptop.packets()[before]!
    const boot = laptop.boots().at(-1)!
    const bootMs = boot.readyAtMs - boot.startedAtMs
    all.push(doneAtMs - packet.wallMs)
    boots.push(bootMs)
    overheads.push(doneAtMs - packet.wallMs - bootMs)
    calls.push(packet.wallMs - wishedAtMs)
    console.log(
      `run ${run + 1}`.padEnd(8),
      `wish → packet ${calls.at(-1)} ms, packet → done ${all.at(-1)} ms, of which the agent's start ${bootMs} ms`,
    )
  }
  await rig.stop()
  rmSync(folder, { recursive: true })
  const results = [
    { metric: 'packet → first job done', value: median(all), unit: 'ms', yardstick: median(boots) },
    {
      metric: 'the same without the agent’s own start',
      value: median(overheads),
      unit: 'ms',
      goal: '< 2000',
    },
    { metric: 'work waits → packet', value: median(calls), unit: 'ms', goal: '< 2000' },
  ]
  for (const result of results) console.log(formatResult({ bench: 'B20', ...result }))
}
