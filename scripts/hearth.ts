import { AppError, toErrorBody } from '../protocol/errors.ts'
import { agentCommand } from './command/agent.ts'
import { backupCommand } from './command/backup.ts'
import type { Command } from './command/command.ts'
import { databaseCommand } from './command/database.ts'
import { restoreCommand } from './command/restore.ts'
import { ConsoleScreen } from './start/console-screen.ts'

/** `hearth COMMAND …`: what is done to a Hearth beside running it. */
const commands: Record<string, Command> = {
  agent: agentCommand,
  backup: backupCommand,
  restore: restoreCommand,
  database: databaseCommand,
}

const usage = `Usage: hearth COMMAND [options]    (or: npm run --silent hearth -- COMMAND [options])

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}

hearth COMMAND --help says more. npm start starts Hearth itself.`

const screen = new ConsoleScreen(process.stderr)
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  const { code, message } = toErrorBody(error)
  screen.end()
  screen.say(code === 'internal' && !(error instanceof AppError) ? String((error as Error).stack) : message)
  return ['bad_request', 'conflict', 'version_unsupported', 'not_found'].includes(code) ? 2 : 1
})

async function main([name = '--help', ...args]: string[]): Promise<number> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  const command = commands[name]
  if (!command)
    throw new AppError('bad_request', `There is no command ${JSON.stringify(name)}; see hearth --help`)
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${command.usage}\n`)
    return 0
  }
  await command.run(args, screen)
  return 0
}
