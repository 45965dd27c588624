import { CoordinatorConfig } from '../../config/coordinator-config.ts'
import { flagName, listSettings } from '../../config/settings/list-settings.ts'
import type { Command } from './command.ts'

const flags = listSettings(CoordinatorConfig).map(({ path }) => flagName(`coordinator.${path}`))

const usage = `Usage: hearth coordinator [options]

Runs a coordinator by itself, on a Postgres server, as the section "coordinator" of
the configuration says. hearth up runs everything on one machine, with a database
of its own.

  --config FILE        YAML or JSON; see hearth config --help
  --SETTING VALUE      any setting of the section: ${flags.slice(0, 4).join(', ')}, …

Examples:
  hearth coordinator --config /etc/hearth/hearth.yaml
  DATABASE_URL=postgres://hearth@db.home/hearth hearth coordinator --data-folder /srv/hearth
  hearth config check coordinator`

/** `hearth coordinator` */
export const coordinatorCommand: Command = {
  usage,
  /** Its own entry reads the rest of the command line; it runs until it is told to stop. */
  async run() {
    await import('../../coordinator/main.ts')
  },
}
