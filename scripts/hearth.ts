import { didYouMean } from '../config/settings/nearest-word.ts'
import { AppError, toErrorBody } from '../protocol/errors.ts'
import { type CommandEntry, commandGroups } from './command/commands.ts'
import { ConsoleScreen } from './start/console-screen.ts'

/** `hearth COMMAND …` */
const commands: Record<string, CommandEntry> = Object.assign({}, ...Object.values(commandGroups))

const usage = `Usage: hearth COMMAND [options]    (or: npm run --silent hearth -- COMMAND [options])

${Object.entries(commandGroups)
  .map(([title, group]) => [`${title}:`, ...Object.entries(group).map(line)].join('\n'))
  .join('\n\n')}

hearth COMMAND --help says more, with examples. Exit status: 0 done, 1 failed, 2 used wrongly.`

function line([name, { summary }]: [string, CommandEntry]): string {
  return `  ${name.padEnd(12)} ${summary}`
}

const screen = new ConsoleScreen(process.stderr)
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const { code, message } = toErrorBody(error)
  screen.end()
  screen.say(code === 'internal' && !(error instanceof AppError) ? String((error as Error).stack) : message)
  return ['bad_request', 'conflict', 'version_unsupported', 'not_found'].includes(code) ? 2 : 1
})

async function main([name = '--help', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const entry = commands[name]
  if (!entry) {
    const hint = didYouMean(name, Object.keys(commands))
    throw new AppError('bad_request', `There is no command ${JSON.stringify(name)}${hint}; see hearth --help`)
  }
  const command = await entry.load()
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${command.usage}\n`)
    return 0
  }
  await command.run(args, screen)
  return 0
}
