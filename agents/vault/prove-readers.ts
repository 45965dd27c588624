import { once } from 'node:events'
import { AppError } from '../../protocol/errors.ts'
import { Cage } from '../cage/cage.ts'
import { forkCaged } from '../cage/fork-caged.ts'
import { openCage } from '../cage/open-cage.ts'
import { endProcess } from './end-process.ts'
import type { ReaderMessage } from './reader/messages.ts'
import { READER_ENTRY } from './reader/reader-process.ts'
import { isOlder, versionFloors } from './version-floor.ts'

const START_LIMIT_MS = 30_000

/**
 * As much of a cage as this machine can do, proved by starting a reader in it.
 *
 * @throws AppError `program_missing` when readers do not start at all, or their decoder has known holes
 */
export async function openProvedCage(perlPath?: string): Promise<Cage> {
  const cage = await openCage({ perlPath })
  const version = await findSharpVersion(cage)
  if (version !== undefined) return requireVersion(cage, version)
  // An installation of Node somewhere that the cage does not expect, for example.
  const none = Cage.none('readers do not start in a cage here')
  return requireVersion(none, await findSharpVersion(none))
}

function requireVersion(cage: Cage, version: string | undefined): Cage {
  if (version !== undefined && !isOlder(version, versionFloors.sharp)) return cage
  const what = version === undefined ? 'The reader of pictures does not start' : `sharp ${version} is too old`
  throw new AppError('program_missing', `${what}; install Hearth again with \`npm ci\``)
}

async function findSharpVersion(cage: Cage): Promise<string | undefined> {
  const child = forkCaged(cage, READER_ENTRY, ['0'], {})
  const limit = AbortSignal.timeout(START_LIMIT_MS)
  try {
    const first = once(child, 'message', { signal: limit }).then(([message]) => message as ReaderMessage)
    const ended = once(child, 'exit', { signal: limit }).then(() => undefined)
    const message = await Promise.race([first, ended])
    return message?.type === 'ready' ? message.sharpVersion : undefined
  } catch {
    return undefined
  } finally {
    await endProcess(child)
  }
}
