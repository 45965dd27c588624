import type { Logger } from 'pino'
import type { PowerConfig } from '../../config/power-config.ts'
import type { Closers } from '../../config/run-process.ts'
import { nextTime } from '../../protocol/day-window.ts'
import { awakeInterval } from '../runtime/awake-interval.ts'
import type { ConnectedAgent } from '../runtime/connect-agent.ts'
import { IdleSleep } from './idle-sleep.ts'
import { readInputIdle } from './input-idle.ts'
import { KeepAwake } from './keep-awake.ts'
import { PowerReporter } from './power-reporter.ts'
import { ProcessorUse } from './processor-use.ts'
import { readUseFacts } from './read-use-facts.ts'
import { runSleepCommand } from './run-sleep-command.ts'
import { SuspendWatch } from './suspend-watch.ts'
import { WakeRelay } from './wake-relay.ts'
import { Yielder } from './yielder.ts'

const TICK_MS = 1_000
const MINUTE_MS = 60_000

/**
 * Lets an agent sleep when there is nothing to do, stay awake while there is, make room for people, and call other
 * machines. The owner's configuration decides; the coordinator may ask for an earlier sleep.
 *
 * @param searchPath where to look for programs, as in `PATH`
 */
export function startPower(
  { line, loop }: Pick<ConnectedAgent, 'line' | 'loop'>,
  { power, log, searchPath }: { power: PowerConfig; log: Logger; searchPath: string },
  closers: Closers,
): void {
  const ownMinutes = power.sleep?.afterMinutes ?? null
  const reporter = new PowerReporter({
    line,
    log,
    first: {
      state: 'awake',
      because: null,
      notBefore: null,
      yields: null,
      sleepsAfterMinutes: ownMinutes,
      canSleep: power.sleep !== null,
      relays: power.relay,
      problem: null,
    },
  })
  const processors = new ProcessorUse()
  const yielder = new Yielder({
    loop,
    log,
    rules: power,
    readFacts: () => readUseFacts(power, searchPath, processors, !loop.isIdle),
    onChange: (yields) => reporter.change({ yields: yields?.reason ?? null }),
  })
  const keepAwake = new KeepAwake({ log, searchPath })
  const sleep = new IdleSleep({
    line,
    loop,
    log,
    reporter,
    command: power.sleep?.command ?? null,
    run: (command) => runSleepCommand(command, searchPath),
    inputIdleMs: () => readInputIdle(searchPath),
    isYieldingToPerson: () => (yielder.yields?.kind ?? 'hours') !== 'hours',
    worksAgainAt: () =>
      yielder.yields?.kind === 'hours' ? nextTime(power.worksBetween, true, new Date()) : undefined,
    letSleep: () => keepAwake.stop(),
  })
  const settle = (askedMinutes: number | null | undefined) => {
    const minutes = ownMinutes === null ? null : Math.min(ownMinutes, askedMinutes ?? ownMinutes)
    sleep.afterMs = minutes === null ? null : minutes * MINUTE_MS
    reporter.change({ sleepsAfterMinutes: minutes })
  }
  settle(undefined)
  yielder.start()

  const lookAtJobs = () => {
    if (power.keepAwake) keepAwake.update(!loop.isIdle)
  }
  line.on('greeted', ({ settings }) => {
    sleep.greeted()
    settle(settings.sleepAfterMinutes)
    reporter.tell()
  })
  line.on('agent.settings', ({ sleepAfterMinutes }) => settle(sleepAfterMinutes))
  line.on('agent.sleep', () => sleep.askToSleep())
  line.on('leases', lookAtJobs)
  const relay = new WakeRelay({ log, isAllowed: power.relay })
  line.on('wake.relay', (call) => void relay.call(call))

  const endTicks = awakeInterval(TICK_MS, (elapsedMs) => {
    lookAtJobs()
    sleep.tick(elapsedMs)
  })
  if (process.platform === 'linux') {
    const suspend = new SuspendWatch({
      log,
      searchPath,
      onSuspend: () => sleep.suspend(),
      onResume: () => sleep.resume(),
    })
    suspend.start()
    closers.push(() => suspend.stop())
  }
  closers.push(() => {
    endTicks()
    yielder.stop()
    keepAwake.stop()
  })
}
