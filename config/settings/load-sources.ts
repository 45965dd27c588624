import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { AppError } from '../../protocol/errors.ts'
import { environment, usualConfigFiles } from '../environment.ts'
import type { Sources } from './resolve-settings.ts'

/**
 * Reads what a configuration is made of, without judging it.
 *
 * @param configFile the one that `--config` names; else the one in HEARTH_CONFIG_FILE, else the first usual one
 * @throws AppError `bad_request` when a file that was named cannot be read
 */
export function loadSources(options: { configFile: string | undefined; flags: Sources['flags'] }): Sources {
  const variables = environment.variables()
  const named = options.configFile ?? (variables.HEARTH_CONFIG_FILE || undefined)
  const path = named ?? usualConfigFiles().find((usual) => existsSync(usual))
  const dotEnv = join(path === undefined ? process.cwd() : dirname(path), '.env')
  return {
    file: path === undefined ? null : { name: path, text: readText(path) },
    dotEnv: existsSync(dotEnv) ? parseEnv(readText(dotEnv)) : {},
    environment: variables,
    flags: options.flags,
    readSecret: (secretPath) => readFileSync(secretPath, 'utf8'),
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('bad_request', `The configuration ${path} cannot be read: ${reason}`, { cause: error })
  }
}
