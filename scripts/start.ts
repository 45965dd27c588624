import { AppError, toErrorBody } from '../protocol/errors.ts'
import { ConsoleScreen } from './start/console-screen.ts'
import { Hearth } from './start/hearth.ts'
import { readOptions, type StartOptions, usage } from './start/read-options.ts'
import { runOnce } from './start/run-once.ts'

const SAME_KEY_PRESS_MS = 700

/** `npm start`: everything on one machine, as supervised processes. */
const screen = new ConsoleScreen(process.stderr)
process.exitCode = await main().catch((error: unknown) => {
  const { code, message } = toErrorBody(error)
  screen.end()
  screen.say(code === 'internal' && !(error instanceof AppError) ? String((error as Error).stack) : message)
  return code === 'bad_request' || code === 'conflict' || code === 'version_unsupported' ? 2 : 1
})
// Children that did not end in time must not keep this process.
process.exit()

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const hearth = new Hearth(options, screen)
  const stopped = stopOnSignal(hearth)
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
function stopOnSignal(hearth: Hearth): Promise<void> {
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
