import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RouteAnswer } from '../../protocol/api/routes.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import { MAX_WAKE_PACKETS, type PowerDetail } from '../../protocol/power.ts'
import type { ApiClient } from '../start/testing/api-client.ts'
import type { AgentPlan } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import { Laptop } from './testing/laptop.ts'
import {
  countOpen,
  expectProbesDoneOnce,
  probePlan,
  startProbeRig,
  submit,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import type { ProbePayload } from './testing/probe-work.ts'
import { canSplitNetworks } from './testing/split-network.ts'
import { until } from './testing/until.ts'
import { WakeNetwork } from './testing/wake-network.ts'

const { bootMs, packetEverySeconds, giveUpSeconds } = sizes.wake
const JOBS = 6
const work: ProbePayload = { does: 'wait', workMs: 200 }
/** A machine that has nothing to do sleeps within this, and one that is called is noticed to be back. */
const SOON_MS = 60_000
/** Beside what the machine itself takes. */
const WAKE_LIMIT_MS = 60_000

test.skipIf(!canSplitNetworks()).each(['near', 'far'] as const)(
  'work that waits wakes a %s machine, which does it and sleeps again; one that never wakes keeps its work waiting',
  { timeout: TEST_LIMIT_MS, concurrent: true },
  async (kind) => {
    const run = new FaultRun(`R32 wake, ${kind}`)
    using network = new WakeNetwork(kind)
    using folder = temporaryFolder()
    const laptop = new Laptop(folder.path, { mac: network.laptopMac, under: network.underLaptop })
    const relay: AgentPlan = {
      ...probePlan('relay'),
      capabilities: [{ capability: 'ingest', concurrency: 1 }],
      under: network.underRelay,
    }
    const agents = kind === 'far' ? [laptop.plan, relay] : [laptop.plan]
    await using rig = await startProbeRig(agents, { host: network.serverAddress })
    const house = new House(await rig.signIn())
    await house.setPolicy({
      coolDownMinutes: 0,
      secureOn: laptop.secureOn,
      packetEverySeconds,
      giveUpSeconds: Math.max(giveUpSeconds, ...bootMs.map((ms) => ms / 1_000 + 30)),
      ...(kind === 'near' ? { interfaces: [network.serverInterface] } : {}),
    })
    let jobs = 0
    const backMs: number[] = []
    for (const ms of bootMs) {
      laptop.setBoot(ms)
      await house.until('asleep', SOON_MS)
      const before = laptop.packets().length
      await submit(rig, Array(JOBS).fill(work))
      jobs += JOBS
      await untilProbesEnded(rig, ms + WAKE_LIMIT_MS)
      const [wake] = (await house.power()).history
      expect(wake).toMatchObject({ cause: 'work', outcome: 'online' })
      expect(wake!.onlineMs).toBeGreaterThanOrEqual(ms)
      backMs.push(wake!.onlineMs!)
      expectCalls(laptop.packets().slice(before), { from: network.neighbourAddress, counted: wake!.packets })
      await house.until('asleep', SOON_MS)
    }

    laptop.setBoot('never')
    await house.setPolicy({ giveUpSeconds, attempts: 1 })
    const before = laptop.packets().length
    await submit(rig, Array(JOBS).fill(work))
    jobs += JOBS
    await house.until('unreachable', giveUpSeconds * 1_000 + WAKE_LIMIT_MS)
    const { history, holdsBack } = await house.power()
    expect(history[0]).toMatchObject({ outcome: 'gave_up', message: /and did not answer$/ })
    expect(holdsBack).toMatch(/did not answer 1 times in a row/)
    expectCalls(laptop.packets().slice(before), {
      from: network.neighbourAddress,
      counted: history[0]!.packets,
    })
    expect(await countOpen(rig)).toBe(JOBS)

    // A person who has mended what was wrong presses the button.
    laptop.setBoot(0)
    await house.wake()
    await untilProbesEnded(rig, WAKE_LIMIT_MS)
    const counts = await expectProbesDoneOnce(rig, jobs)
    await house.until('asleep', SOON_MS)
    await expectNothingLeft(rig)
    run.report({
      's to start each': bootMs.map((ms) => ms / 1_000).join('/'),
      'ms to be online each': backMs.join('/'),
      'packets in vain': history[0]!.packets,
      jobs,
      ...counts,
    })
  },
)

/** At most thirty packets a wake, each exactly the machine's own, from its own network, in their rhythm. */
function expectCalls(packets: ReturnType<Laptop['packets']>, wake: { from: string; counted: number }): void {
  expect(packets.length).toBe(wake.counted)
  expect(packets.length).toBeGreaterThan(0)
  expect(packets.length).toBeLessThanOrEqual(MAX_WAKE_PACKETS)
  expect(packets.filter(({ isMine }) => !isMine)).toEqual([])
  expect(new Set(packets.map(({ from }) => from))).toEqual(new Set([wake.from]))
  const pausesMs = packets.slice(1).map(({ atMs }, at) => atMs - packets[at]!.atMs)
  expect(Math.min(Infinity, ...pausesMs)).toBeGreaterThan(packetEverySeconds * 1_000 * 0.5)
}

/** What the owner sees and does about the laptop. */
class House {
  readonly #api: ApiClient

  constructor(api: ApiClient) {
    this.#api = api
  }

  async laptop(): Promise<AgentView> {
    const { items } = (await this.#api.get('/api/agents')) as RouteAnswer<'listAgents'>
    return items.find(({ name }) => name === 'laptop')!
  }

  async power(): Promise<PowerDetail> {
    return (await this.#api.get(`/api/agents/${(await this.laptop()).id}/power`)) as PowerDetail
  }

  async setPolicy(wake: Partial<PowerDetail['policy']>): Promise<void> {
    await this.#api.patch(`/api/agents/${(await this.laptop()).id}`, { wake })
  }

  async wake(): Promise<void> {
    await this.#api.post(`/api/agents/${(await this.laptop()).id}/wake`, {})
  }

  async until(state: AgentView['state'], limitMs: number): Promise<void> {
    await until(`the laptop is ${state}`, limitMs, async () => (await this.laptop()).state === state)
  }
}

function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'hearth-laptop-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
