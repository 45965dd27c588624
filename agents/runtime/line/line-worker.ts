import { parentPort, workerData } from 'node:worker_threads'
import { createProcessLog } from '../../../config/process-log.ts'
import { readHostFacts } from '../host-facts.ts'
import { introduce } from '../introduce.ts'
import { CoordinatorSocket } from './coordinator-socket.ts'
import { Heartbeat } from './heartbeat.ts'
import { HeldLeases } from './held-leases.ts'
import { leaseNowMs as now, sleepClocks } from './lease-clock.ts'
import { LineRequests } from './line-requests.ts'
import type { FromLine, LineData, LineHint, ToLine } from './messages.ts'
import { SleepWatch } from './sleep-watch.ts'
import { StallWatch } from './stall-watch.ts'
import { threadLog } from './thread-log.ts'

/**
 * The thread of the line to the coordinator: whatever the main thread computes, pings are answered here, leases
 * are renewed, and those that run out are given up.
 *
 * connecting ⇄ greeted: see `CoordinatorSocket`. Any → closed: `close` from the main thread; the thread ends when
 * the last words are out. Any → killed: the main thread is hung, and the whole process with it (`StallWatch`).
 */
const data = workerData as LineData
const port = parentPort
if (port === null) throw new Error('line-worker.ts runs as a worker thread only')

const post = (message: FromLine) => port.postMessage(message)
const log = threadLog(data.logLevel, (line) => post({ type: 'log', line }))
let { hello } = data
/** As the last greeting said. */
let heartbeatMs = 0

const leases = new HeldLeases({ now, onLost: (lost) => post({ type: 'lost', leases: lost }) })
const sleepWatch = new SleepWatch({ clocks: sleepClocks, beatMs: () => heartbeatMs })
const socket = new CoordinatorSocket({
  urls: data.urls,
  hasSlept: () => sleepWatch.hasSlept(),
  log,
  fingerprint: data.coordinator.fingerprint,
  hello: (challenge) => {
    leases.dropOverdue()
    const { key, coordinator } = data
    const { introduction, checkProof } = introduce(
      { key, coordinator, purpose: 'hello', ...hello },
      challenge,
    )
    const message = {
      ...hello,
      ...introduction,
      facts: { ...readHostFacts(), cageMissing: data.cageMissing },
      held: leases.refs(),
    }
    return { message, checkProof }
  },
  onGreeted: ({ sessionToken, settings, gone, ...answer }, url) => {
    heartbeatMs = answer.heartbeatMs
    heartbeat.start()
    leases.revoke(gone)
    post({ type: 'greeted', greeting: { url, sessionToken, settings } })
  },
  onDown: () => post({ type: 'down' }),
  onEvent: (event, message) => {
    if ('jobIds' in message) leases.revoke(message.jobIds)
    else post({ type: 'hint', event: event as LineHint, message: message as never })
  },
})
const requests = new LineRequests({ socket, leases, now, post })
const heartbeat = new Heartbeat({ socket, log, leases, now, intervalMs: () => heartbeatMs, sleepWatch })
const stallWatch = new StallWatch({
  limitMs: data.stallLimitMs,
  ask: () => post({ type: 'areYouThere' }),
  onStall: endProcess,
})

port.on('message', (message: ToLine) => {
  stallWatch.heard()
  switch (message.type) {
    case 'request':
      return void requests.take(message)
    case 'abort':
      return requests.abort(message.id)
    case 'progress':
      for (const { progress, ...ref } of message.jobs) leases.setProgress(ref, progress)
      return socket.say('job.progress', { jobs: message.jobs.filter((job) => leases.holds(job)) })
    case 'log':
      return leases.addLog(message.lease, message.level, message.message)
    case 'forget':
      return leases.letGo(message.leases)
    case 'rest':
      return socket.rest()
    case 'redial':
      return socket.redial(message.reason)
    case 'offer': {
      const before = JSON.stringify(hello.capabilities)
      hello = { ...hello, ...message.offer }
      // Models are reported by themselves; what this machine offers is said in a hello only.
      if (JSON.stringify(hello.capabilities) === before) return
      return socket.greetAgain('this machine can do something else now')
    }
    case 'here':
      return
    case 'close':
      heartbeat.stop()
      socket.close()
      return port.close()
  }
})
socket.open()

/** Its supervisor starts it anew. The log is written from here, because the main thread would not write it. */
function endProcess(): void {
  const { name } = data.hello
  const { stallLimitMs } = data
  const ownLog = createProcessLog(`agent ${name}`, 'fatal')
  ownLog.fatal({ stallLimitMs }, 'the agent hangs and would keep its jobs for ever; ending it')
  process.kill(process.pid, 'SIGKILL')
}
