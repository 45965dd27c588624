import { type Kysely, sql } from 'kysely'

/** Vectors of two models side by side while one replaces the other, and their signs for looking through all of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table asset_embedding drop constraint asset_embedding_pkey, add primary key (asset_id, model_id)',
  // Whether a model has any, and which: asked before those of a former model are forgotten.
  'create index asset_embedding_model on asset_embedding (model_id)',
  // The model in whose vectors is searched while the one in use catches up; null: the one in use.
  'alter table task_model add column searched_model_id integer references model',

  // One bit for each number of a vector, whether it is positive: a sixteenth of it, so that a search can look at all.
  // "bit", quoted, is of any length.
  `create table asset_signature (
    asset_id bigint not null,
    model_id integer not null,
    bits pg_catalog."bit" not null,
    primary key (asset_id, model_id),
    foreign key (asset_id, model_id) references asset_embedding on delete cascade
  )`,
  `create function sign_vectors() returns trigger language plpgsql as $$
    begin
      insert into asset_signature (asset_id, model_id, bits)
        select asset_id, model_id, binary_quantize(vector) from new_rows
        on conflict (asset_id, model_id) do update set bits = excluded.bits;
      return null;
    end $$`,
  `create trigger sign_vectors_insert after insert on asset_embedding referencing new table as new_rows
    for each statement execute function sign_vectors()`,
  `create trigger sign_vectors_update after update on asset_embedding referencing new table as new_rows
    for each statement execute function sign_vectors()`,
  `insert into asset_signature (asset_id, model_id, bits)
    select asset_id, model_id, binary_quantize(vector) from asset_embedding`,
]
