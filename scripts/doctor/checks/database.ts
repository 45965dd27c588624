import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { dataFolder } from '../../../coordinator/db/backup/data-folder.ts'
import { showUrl } from '../../../coordinator/db/backup/show-url.ts'
import { openDatabase } from '../../../coordinator/db/database.ts'
import { reasonOf } from '../../../coordinator/db/database-error.ts'
import { toErrorBody } from '../../../protocol/errors.ts'
import { chooseDatabase } from '../../start/database-choice.ts'
import type { Check, Finding } from '../finding.ts'

const ANSWER_LIMIT_MS = 10_000
const name = 'database'

/** The Postgres server with its extensions; of the embedded database only whether there is one. */
export const checkDatabase: Check = async ({ data, databaseUrl }) => {
  try {
    const { location } = chooseDatabase(data, databaseUrl)
    if ('url' in location) return [await serverFinding(location.url)]
    const isThere = existsSync(dataFolder.database(data))
    return [{ name, result: 'ok', found: isThere ? 'embedded' : 'embedded, not made yet' }]
  } catch (error) {
    return [{ name, result: 'fail', found: toErrorBody(error).message }]
  }
}

async function serverFinding(url: string): Promise<Finding> {
  const db = openDatabase({ url })
  const limit = AbortSignal.timeout(ANSWER_LIMIT_MS)
  const late = new Promise<never>((_, reject) =>
    limit.addEventListener('abort', () => reject(new Error('no answer'))),
  )
  try {
    const asked = sql<{ name: string }>`
      select name from pg_available_extensions where name in ('vector', 'ltree')`.execute(db)
    const { rows } = await Promise.race([asked, late])
    const there = rows.map((row) => row.name)
    const missing = ['vector', 'ltree'].filter((extension) => !there.includes(extension))
    if (missing.length === 0) return { name, result: 'ok', found: `${showUrl(url)} answers` }
    return {
      name,
      result: 'fail',
      found: `${showUrl(url)} has no ${missing.join(' and no ')}`,
      advice: 'Install there: apt-get install postgresql-17-pgvector postgresql-contrib',
    }
  } catch (error) {
    const advice = 'Check the address, the name and the password, and that the server runs'
    return { name, result: 'fail', found: `${showUrl(url)}: ${reasonOf(error)}`, advice }
  } finally {
    await Promise.race([db.destroy(), late]).catch(() => undefined)
  }
}
