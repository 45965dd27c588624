import { resolve } from 'node:path'
import { CoordinatorConfig } from '../../config/coordinator-config.ts'
import { readFlagsOf } from '../../config/load-config.ts'
import { loadSources } from '../../config/settings/load-sources.ts'
import { resolveSettings } from '../../config/settings/resolve-settings.ts'
import { AppError } from '../../protocol/errors.ts'

const PROJECT = resolve(import.meta.dirname, '..', '..')
const folders = ['dataFolder', 'backupsFolder', 'modelsFolder'] as const

/**
 * The folders into which a coordinator writes that is started with these words: as its configuration says.
 *
 * @returns absolute paths; a relative one begins at the project, where a service is started
 * @throws AppError `bad_request` where no data folder is named, or a word is none of its options
 */
export function coordinatorFolders(words: readonly string[]): string[] {
  const { config, ...values } = readFlagsOf('coordinator', CoordinatorConfig, words)
  // Other settings may only be there when it is started: a password in its environment.
  const { settings } = resolveSettings(
    'coordinator',
    CoordinatorConfig,
    loadSources({ configFile: config, flags: { section: 'coordinator', values } }),
  )
  const valueNamed = (name: string) =>
    settings.find(({ setting }) => setting.path === `coordinator.${name}`)?.value
  if (typeof valueNamed('dataFolder') !== 'string') {
    throw new AppError(
      'bad_request',
      'The configuration names no data folder: add coordinator.dataFolder to it, or --data-folder FOLDER after --',
    )
  }
  return folders
    .map(valueNamed)
    .filter((path) => typeof path === 'string')
    .map((path) => resolve(PROJECT, path))
}
