import { sql } from 'kysely'
import { VaultActor } from '../../../testing/vault-actor.ts'
import type { Database } from '../../database.ts'

/** What COPY's text has to escape, and what JSON and arrays have besides. */
const oddText = 'tab\there, line\nthere, \\N, \\., "quotes" \u{1f415} \u202e end\r'

/** A library with read pictures, odd names, a problem, jobs done and waiting, an account and a session. */
export async function fillDatabase(db: Database): Promise<void> {
  const vault = await VaultActor.create(db, 'nas')
  vault.tree = {
    '': Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [
        `IMG_${index}.jpg`,
        { content: `picture ${index}`, tags: { Title: oddText, ISO: index * 100 } },
      ]),
    ),
    'odd\udcff': {
      [`${oddText.replaceAll('/', '')}.jpg`]: { content: 'odd' },
      'broken.jpg': { content: 'broken', problem: { code: 'damaged', message: oddText } },
    },
  }
  await vault.scanAndIngest()
  await sql`insert into account (name, password_hash, role) values (${oddText}, 'hash', 'admin')`.execute(db)
  await sql`insert into session (token_hash, account_id, expires_at)
    select '\\x00ff', id, now() + interval '1 hour' from account`.execute(db)
  await sql`update asset set latitude = 0.1::float8 + 0.2::float8, rating = 4 where id % 2 = 0`.execute(db)
  // More than fits into one answer of the server, or into the first pages that are read.
  await sql`insert into asset (library_id, folder_id, key, name, kind, state)
    select library_id, folder_id, convert_to('many ' || n, 'UTF8'), repeat(md5(n::text), 8), 'image', 'ready'
    from folder join (select min(id) as id from folder) first using (id), generate_series(1, 3000) n,
      lateral (select folder.id as folder_id) f`.execute(db)
  // Numbers that were given and taken back: the next ones must not be given again.
  await sql`insert into account (name, password_hash, role) values ('gone', 'hash', 'user')`.execute(db)
  await sql`delete from account where name = 'gone'`.execute(db)
}
