import type { PowerReport } from '../../../protocol/power.ts'
import { PowerReporter } from '../power-reporter.ts'
import { silent } from './silent.ts'

export const awake: PowerReport = {
  state: 'awake',
  because: null,
  notBefore: null,
  yields: null,
  sleepsAfterMinutes: 1,
  canSleep: true,
  relays: true,
  problem: null,
}

/** The parts of a running agent that its power needs, with a diary of what was asked of them. */
export function fakeRuntime(answer: () => boolean = () => false) {
  const diary: string[] = []
  const reports: PowerReport[] = []
  const state = { isIdle: true, isGreeted: true }
  const write = (what: string) => void diary.push(what)
  const line = {
    get isGreeted() {
      return state.isGreeted
    },
    rest: () => write('rest'),
    redial: (reason: string) => write(`redial: ${reason}`),
    request: async (_event: unknown, report: unknown) => {
      reports.push(report as PowerReport)
      return { stay: answer() } as never
    },
  }
  const loop = {
    get isIdle() {
      return state.isIdle
    },
    releaseAll: async () => write('release'),
    resume: () => write('resume'),
    yield: (reason: string | null) => write(`yield: ${reason}`),
  }
  const reporter = new PowerReporter({ line, log: silent, first: awake })
  return { diary, reports, state, line, loop, reporter }
}
