import { type Kysely, sql } from 'kysely'

/** Edits and filters of a million assets. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Each row of an edit of thousands looked its asset up, whose lock that edit holds. Assets that go are told of once
  // for all.
  'alter table edit_change drop constraint edit_change_asset_id_fkey',
  `create function forget_history() returns trigger language plpgsql as $$
    begin
      delete from edit_change using gone where edit_change.asset_id = gone.id;
      return null;
    end $$`,
  `create trigger forget_history after delete on asset referencing old table as gone
    for each statement execute function forget_history()`,

  // A number of stars is found by it, and so is "at least" where few have them; where many do, the timeline is walked.
  'create index asset_rating on asset (rating, sort_at desc, id desc) where listed and rating is not null',
]
