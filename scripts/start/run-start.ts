import type { ConsoleScreen } from './console-screen.ts'
import { Hearth } from './hearth.ts'
import { readOptions, type StartOptions, usage } from './read-options.ts'
import { runOnce } from './run-once.ts'

const SAME_KEY_PRESS_MS = 700

/**
 * `npm start` and `hearth up`: everything on one machine, as supervised processes, until it is told to stop.
 *
 * @returns the exit status
 * @throws AppError whose sentence is for the person who started it
 */
export async function runStart(args: readonly string[], screen: ConsoleScreen): Promise<number> {
  const options = readOptions(args)
  if (options.help) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const hearth = new Hearth(options, screen)
  const stopped = stopOnSignal(hearth, screen)
  try {
    await hearth.start()
    if (!options.once) {
      await stopped
      return 0
    }
    const outcome = await Promise.race([runOnce(hearth, screen), stopped.then(() => null)])
    if (outcome === null) return 130
    report(options, outcome.report)
    return outcome.exitCode
  } finally {
    await hearth.stop()
    screen.end()
  }
}

function report(options: StartOptions, value: object): void {
  if (options.json) process.stdout.write(`${JSON.stringify(value)}\n`)
}

/**
 * Resolves at the first Ctrl-C or SIGTERM; a second one ends at once. One key press may arrive twice: from
 * the terminal, and passed on by npm.
 */
function stopOnSignal(hearth: Hearth, screen: ConsoleScreen): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (askedAt !== undefined) {
          if (performance.now() - askedAt < SAME_KEY_PRESS_MS) return
          hearth.kill()
          process.exit(1)
        }
        askedAt = performance.now()
        screen.say('Stopping… (once more to end at once)')
        resolve()
      })
    }
  })
}
