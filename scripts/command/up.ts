import { usage as startUsage } from '../start/read-options.ts'
import { runStart } from '../start/run-start.ts'
import type { Command } from './command.ts'

const usage = startUsage.replace('Usage: npm start -- [PATH…]', 'Usage: hearth up [PATH…]')

/** `hearth up`: what `npm start` does. */
export const upCommand: Command = {
  usage: `${usage}

Examples:
  hearth up ~/Pictures
  hearth up ~/Pictures /mnt/archive --host 0.0.0.0 --data /srv/hearth`,
  async run(args, screen) {
    const status = await runStart(args, screen)
    // Children that did not end in time must not keep this process.
    process.exit(status)
  },
}
