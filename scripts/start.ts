import { AppError, toErrorBody } from '../protocol/errors.ts'
import { ConsoleScreen } from './start/console-screen.ts'
import { runStart } from './start/run-start.ts'

/** `npm start`: everything on one machine. */
const screen = new ConsoleScreen(process.stderr)
process.exitCode = await runStart(process.argv.slice(2), screen).catch((error: unknown) => {
  const { code, message } = toErrorBody(error)
  screen.end()
  screen.say(code === 'internal' && !(error instanceof AppError) ? String((error as Error).stack) : message)
  return code === 'bad_request' || code === 'conflict' || code === 'version_unsupported' ? 2 : 1
})
// Children that did not end in time must not keep this process.
process.exit()
