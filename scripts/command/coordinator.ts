import { CoordinatorConfig } from '../../config/coordinator-config.ts'
import { loadConfig } from '../../config/load-config.ts'
import { createProcessLog } from '../../config/process-log.ts'
import { runProcess } from '../../config/run-process.ts'
import { flagName, listSettings } from '../../config/settings/list-settings.ts'
import { startWithSearches } from '../start/start-with-searches.ts'
import type { Command } from './command.ts'

const flags = listSettings(CoordinatorConfig).map(({ path }) => flagName(`coordinator.${path}`))

const usage = `Usage: hearth coordinator [options]

Runs a coordinator by itself, on a Postgres server, as the section "coordinator" of
the configuration says. hearth up runs everything on one machine, with a database
of its own. With the setting modelsFolder it answers searches by words itself, while
every worker sleeps.

  --config FILE        YAML or JSON; see hearth config --help
  --SETTING VALUE      any setting of the section: ${flags.slice(0, 4).join(', ')}, …

Examples:
  hearth coordinator --config /etc/hearth/hearth.yaml
  hearth coordinator --models-folder /srv/hearth/models
  DATABASE_URL=postgres://hearth@db.home/hearth hearth coordinator --data-folder /srv/hearth
  hearth config check coordinator`

/** `hearth coordinator` */
export const coordinatorCommand: Command = {
  usage,
  /** Settings are read from the command line as its own entry does; it runs until it is told to stop. */
  async run() {
    const config = loadConfig(CoordinatorConfig, 'coordinator')
    const log = createProcessLog('coordinator', config.logLevel)
    await runProcess(log, (closers) => startWithSearches(config, log, closers))
  },
}
