import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentPlan } from './fault-rig.ts'
import { probePlan } from './probe-rig.ts'

export type LaptopOptions = { mac: string; secureOn: string; folder: string }

/** A datagram that came to the laptop's card. */
export type PacketSeen = {
  /** See `monotonicMs`. */
  atMs: number
  /** In ms since 1970. */
  wallMs: number
  from: string
  /** Byte for byte what wakes it. */
  isMine: boolean
  /** The agent ran already. */
  isAwake: boolean
}

/** From the start of its agent's process until it was ready to connect, in ms since 1970. */
export type BootSeen = { startedAtMs: number; readyAtMs: number }

/** Without work it falls asleep after so long. */
const IDLE_MS = 3_000

/** A laptop with a card, and how long it takes to start. See `laptop-process.ts`. */
export class Laptop {
  readonly plan: AgentPlan
  readonly secureOn = 'de:ad:be:ef:00:01'
  readonly #folder: string

  constructor(folder: string, { mac, under }: { mac: string; under: readonly string[] }) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
    this.setBoot(0)
    writeFileSync(join(folder, 'packets'), '')
    const options: LaptopOptions = { mac, secureOn: this.secureOn, folder }
    this.plan = {
      ...probePlan('laptop'),
      script: 'scripts/faults/testing/laptop-process.ts',
      env: { HEARTH_LAPTOP: JSON.stringify(options) },
      under,
      // Ends the agent, which is the shell's parent: that is how this laptop sleeps.
      power: { sleep: { command: ['sh', '-c', 'kill -TERM "$PPID"'], afterMinutes: IDLE_MS / 60_000 } },
    }
  }

  /** From its packet until its agent starts; `never`: it is called in vain. */
  setBoot(bootMs: number | 'never'): void {
    writeFileSync(join(this.#folder, 'boot'), String(bootMs))
  }

  packets(): PacketSeen[] {
    return this.#read<PacketSeen>('packets')
  }

  boots(): BootSeen[] {
    return this.#read<BootSeen>('boots')
  }

  #read<T>(name: string): T[] {
    return readFileSync(join(this.#folder, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as T)
  }
}
