import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Cage, CageNeeds } from './cage.ts'
import { privateEnvironment } from './private-environment.ts'

const project = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** Our own code, without the folders beside it in which somebody may keep data or secrets. */
const OWN_CODE = ['agents', 'protocol', 'node_modules', 'package.json'].map(project)

/**
 * Starts one of our own scripts in a cage, with a channel for messages.
 *
 * @param entry absolute path of the script
 * @param needs what it reads beside our code; the first folder it may write in is its temporary folder
 */
export function forkCaged(
  cage: Cage,
  entry: string,
  args: readonly string[],
  needs: CageNeeds,
): ChildProcess {
  const { file, args: words } = cage.around(
    { file: process.execPath, args: [entry, ...args] },
    { ...needs, reads: [...OWN_CODE.filter((path) => existsSync(path)), ...(needs.reads ?? [])] },
  )
  return spawn(file, words, {
    serialization: 'advanced',
    env: privateEnvironment({ temporaryFolder: needs.writes?.[0] }),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}
