import { existsSync, readFileSync, rmSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import type { DatabaseLocation } from '../../coordinator/db/backup/open-source.ts'
import { showUrl } from '../../coordinator/db/backup/show-url.ts'
import { syncFile, syncFolder } from '../../coordinator/db/embedded/sync-path.ts'
import { AppError } from '../../protocol/errors.ts'

export type DatabaseChoice = {
  location: DatabaseLocation
  /** What else there is that is not used, a sentence each. */
  notes: string[]
}

const Remembered = z.object({ url: z.string().min(1) })
const choicePath = (data: string) => join(data, 'database.json')

/**
 * Which database a data folder's Hearth uses: the server in DATABASE_URL, else the one that it was moved to, else
 * the embedded one.
 *
 * @throws AppError `bad_request` when what was remembered cannot be read: another database would look empty
 */
export function chooseDatabase(data: string, environmentUrl: string | undefined): DatabaseChoice {
  const rememberedUrl = readRemembered(data)
  const url = environmentUrl ?? rememberedUrl
  const notes: string[] = []
  if (environmentUrl && rememberedUrl && environmentUrl !== rememberedUrl) {
    notes.push(
      `DATABASE_URL names ${showUrl(environmentUrl)}, which is used; this data folder was moved to ${showUrl(rememberedUrl)}, which is not (${choicePath(data)})`,
    )
  }
  if (url && existsSync(dataFolder.database(data))) {
    notes.push(
      `The embedded database in ${dataFolder.database(data)} is not used: everything is in ${showUrl(url)}`,
    )
  }
  return { location: url ? { url } : { data }, notes }
}

/** Durable, and for the owner alone: there is a password in it. */
export async function rememberServer(data: string, url: string): Promise<void> {
  const draft = `${choicePath(data)}.partial`
  await rm(draft, { force: true })
  await writeFile(draft, `${JSON.stringify({ url } satisfies z.input<typeof Remembered>)}\n`, { mode: 0o600 })
  syncFile(draft)
  await rename(draft, choicePath(data))
  syncFolder(data)
}

export async function rememberEmbedded(data: string): Promise<void> {
  rmSync(choicePath(data), { force: true })
  syncFolder(data)
}

function readRemembered(data: string): string | undefined {
  try {
    return Remembered.parse(JSON.parse(readFileSync(choicePath(data), 'utf8'))).url
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new AppError(
      'bad_request',
      `${choicePath(data)} cannot be read: mend it, or remove it to use the embedded database again; it says which database is used`,
      { cause: error },
    )
  }
}
