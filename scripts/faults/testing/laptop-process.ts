import { type ChildProcess, fork } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '../../../config/test-environment.ts'
import type { BootSeen, LaptopOptions, PacketSeen } from './laptop.ts'
import { monotonicMs } from './probe-work.ts'

/**
 * A laptop as the network sees it: a card that listens for its packet, and a real agent that runs while it is awake.
 *
 * awake: from the start; the agent runs. awake → asleep: the agent has ended, by its own sleep command.
 * asleep → awake: its packet has come, and the time to start has passed; or never, as the file `boot` says.
 */
const options = JSON.parse(process.env.HEARTH_LAPTOP ?? '') as LaptopOptions
const wanted = `${'ff'.repeat(6)}${options.mac.replaceAll(':', '').repeat(16)}${options.secureOn.replaceAll(':', '')}`
let agent: ChildProcess | undefined
let isBooting = false
let isEnding = false

async function boot(): Promise<void> {
  const startedAtMs = Date.now()
  const child = fork(join(import.meta.dirname, 'probe-agent.ts'), {
    env: childEnvironment({ HEARTH_LAPTOP: undefined }),
    execArgv: process.execArgv,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  agent = child
  isBooting = false
  child.once('exit', () => {
    agent = undefined
  })
  await once(child, 'message')
  const seen: BootSeen = { startedAtMs, readyAtMs: Date.now() }
  appendFileSync(join(options.folder, 'boots'), `${JSON.stringify(seen)}\n`)
}

async function bootLater(): Promise<void> {
  const bootMs = readFileSync(join(options.folder, 'boot'), 'utf8')
  if (agent || isBooting || isEnding || bootMs === 'never') return
  isBooting = true
  await sleep(Number(bootMs))
  await boot()
}

async function end(): Promise<void> {
  if (isEnding) return
  isEnding = true
  agent?.kill('SIGTERM')
  if (agent) await once(agent, 'exit')
  process.exit(0)
}

const card = createSocket('udp4')
card.on('message', (bytes, { address }) => {
  const seen: PacketSeen = {
    atMs: monotonicMs(),
    wallMs: Date.now(),
    from: address,
    isMine: bytes.toString('hex') === wanted,
    isAwake: agent !== undefined,
  }
  appendFileSync(join(options.folder, 'packets'), `${JSON.stringify(seen)}\n`)
  if (seen.isMine) void bootLater()
})
card.bind(9)
await once(card, 'listening')
process.on('SIGTERM', () => void end())
process.on('disconnect', () => void end())
await boot()
process.send?.({ type: 'ready', info: null })
