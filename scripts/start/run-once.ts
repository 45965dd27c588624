import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsoleScreen } from './console-screen.ts'
import type { Hearth } from './hearth.ts'

const LOOK_MS = 400

/** Waits until no work is left, and says what came of it. */
export async function runOnce(
  hearth: Hearth,
  screen: ConsoleScreen,
): Promise<{ exitCode: 0 | 1; report: Record<string, unknown> }> {
  hearth.requireReading()
  const startedAt = performance.now()
  for (;;) {
    const status = await hearth.askStatus()
    if (status?.idle) break
    await sleep(LOOK_MS)
  }
  const { unfinished, ...report } = await hearth.askReport()
  const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(2))
  screen.say(`${report.files} files in ${report.assets} assets; ${report.failed.length} failed; ${seconds} s`)
  return { exitCode: unfinished > 0 ? 1 : 0, report: { ...report, seconds } }
}
