import { accessSync, constants, existsSync, globSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const repositoryFolder = resolve(import.meta.dirname, '..')

/** What a run of the tests is told through its environment; `npm test` sets what is not given. */
export const testEnvironment = {
  /** A Postgres server on which tests may create databases; undefined when there is none. */
  databaseUrl: process.env.TEST_DATABASE_URL || undefined,
  /** Sample pictures that are not part of the project. */
  assetsFolder: resolve(repositoryFolder, process.env.HEARTH_TEST_ASSETS || '../shared/assets'),
  /** Where downloads and templates are kept from one run to the next. */
  cacheFolder: resolve(repositoryFolder, process.env.HEARTH_TEST_CACHE || '.cache'),
  /** Nothing may be skipped because a program is missing. */
  requireAll: process.env.HEARTH_REQUIRE_ALL === '1',
  /** The fault suite injects every fault it promises to survive, not the few that fit a CI run. */
  fullFaults: process.env.HEARTH_FAULTS === 'full',
  /** Repeats the random choices of an earlier run of the fault suite; each run prints its own. */
  faultSeed: process.env.HEARTH_FAULTS_SEED ? Number(process.env.HEARTH_FAULTS_SEED) : undefined,
}

/** Absolute path of a program in PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path) && isExecutable(path))
}

/** Absolute path of a library that changes how programs run, where Debian puts those of faketime; or undefined. */
export function findLibrary(name: string): string | undefined {
  return globSync(`/usr/lib/*/faketime/${name}`)[0]
}

/** The environment for a child process: this one's, with changes; undefined takes a name away. */
export function childEnvironment(changes: Record<string, string | undefined>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
