import { type Kysely, sql } from 'kysely'

/** Models, what they see in pictures, and what people say to that. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const task = `text not null check (task in ('detect', 'segment', 'embed', 'faces'))`

const statements = [
  // card: as in protocol/models.ts, of whoever reported it last.
  `create table model (
    id integer generated always as identity primary key,
    key text not null unique,
    task ${task},
    card jsonb not null,
    seen_at timestamptz not null default now()
  )`,
  `create table agent_vision (
    agent_id bigint primary key references agent on delete cascade,
    report jsonb not null,
    reported_at timestamptz not null default now()
  )`,
  // No row: nobody has said anything. model_id null: a person wants none. account_id null: taken into use by itself.
  `create table task_model (
    task ${task} primary key,
    model_id integer references model,
    account_id bigint references account on delete set null,
    chosen_at timestamptz not null default now()
  )`,
  // The way through all assets, newest first, that queues what a task still has to look at; gone when it is through.
  // which: see coordinator/detections/sweep.ts. at, asset_id: where it goes on.
  `create table vision_sweep (
    task ${task} primary key,
    which text not null check (which in ('all', 'missing', 'new')),
    library_id bigint references library on delete cascade,
    at timestamp not null default 'infinity',
    asset_id bigint not null default 0,
    started_at timestamptz not null default now()
  )`,

  // The last look at an asset for each task. preview: of the picture that was looked at, as asset.version names it.
  // counted: the asset is shown with that same picture now. stages_ms: fetch, decode, prepare, infer, read.
  `create table asset_look (
    asset_id bigint not null references asset on delete cascade,
    task ${task},
    model_id integer not null references model,
    preview text not null,
    counted boolean not null,
    at timestamptz not null default now(),
    provider text not null,
    batch integer not null,
    stages_ms real[] not null,
    problem text,
    primary key (asset_id, task)
  )`,
  'create index asset_look_problem on asset_look (model_id, asset_id desc) where problem is not null',
  `create function follow_shown_picture() returns trigger language plpgsql as $$
    begin
      update asset_look set counted = new.listed and preview = new.version
        where asset_id = new.id and counted <> (new.listed and preview = new.version);
      return null;
    end $$`,
  `create trigger follow_shown_picture after update on asset for each row
    when (old.version <> new.version or old.state <> new.state) execute function follow_shown_picture()`,

  // Appended and folded now and then, as job_tally is.
  `create table look_tally (
    model_id integer not null,
    is_problem boolean not null,
    amount bigint not null
  )`,
  `create function count_looks() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' then
        insert into look_tally (model_id, is_problem, amount)
          select model_id, problem is not null, count(*) from new_rows where counted group by 1, 2;
      elsif tg_op = 'DELETE' then
        insert into look_tally (model_id, is_problem, amount)
          select model_id, problem is not null, -count(*) from old_rows where counted group by 1, 2;
      else
        insert into look_tally (model_id, is_problem, amount)
          select model_id, problem is not null, sum(amount) from (
            select model_id, problem, 1 as amount from new_rows where counted
            union all select model_id, problem, -1 from old_rows where counted) change
          group by 1, 2 having sum(amount) <> 0;
      end if;
      return null;
    end $$`,
  `create trigger count_looks_insert after insert on asset_look referencing new table as new_rows
    for each statement execute function count_looks()`,
  `create trigger count_looks_update after update on asset_look referencing old table as old_rows new table as new_rows
    for each statement execute function count_looks()`,
  `create trigger count_looks_delete after delete on asset_look referencing old table as old_rows
    for each statement execute function count_looks()`,

  // class_name: as the model has it, null for what was drawn. label: as people call it. box: x, y, width, height.
  // mask: COCO's run lengths at mask_size [height, width]; mask_model_id: who made it, null for a person. landmarks: five times x, y.
  `create table detection (
    id bigint generated always as identity primary key,
    asset_id bigint not null references asset on delete cascade,
    kind text not null check (kind in ('object', 'face')),
    class_name text,
    label text not null,
    box double precision[] not null,
    mask_size integer[],
    mask text,
    mask_model_id integer references model,
    landmarks double precision[],
    score real,
    model_id integer references model,
    review text not null check (review in ('proposed', 'confirmed', 'rejected', 'drawn')),
    account_id bigint references account on delete set null,
    found_at timestamptz not null default now(),
    reviewed_at timestamptz
  )`,
  'create index detection_asset on detection (asset_id)',
  'create index detection_label on detection (label, asset_id)',
  `create table face_embedding (
    detection_id bigint primary key references detection on delete cascade,
    model_id integer not null references model,
    vector halfvec not null
  )`,

  // One vector an asset, of the model that looked last. Kept in the row: a search reads them all.
  `create table asset_embedding (
    asset_id bigint primary key references asset on delete cascade,
    model_id integer not null references model,
    vector halfvec not null
  )`,
  'alter table asset_embedding alter column vector set storage main',
  'alter table face_embedding alter column vector set storage main',

  // What was searched for. answered_at null: nobody has turned it into a vector yet. vector null: the model cannot.
  `create table query_vector (
    id bigint generated always as identity primary key,
    model_id integer not null references model,
    text text not null,
    vector halfvec,
    suggestions text[] not null default '{}',
    asked_at timestamptz not null default now(),
    answered_at timestamptz,
    unique (model_id, text)
  )`,
  'create index query_vector_asked on query_vector (asked_at)',

  // Somebody points at something. answer: as in protocol/detections.ts.
  `create table prompt (
    id bigint generated always as identity primary key,
    asset_id bigint not null references asset on delete cascade,
    model_id integer not null references model,
    account_id bigint references account on delete cascade,
    prompt jsonb not null,
    asked_at timestamptz not null default now(),
    answer jsonb
  )`,
  'create index prompt_asked on prompt (asked_at)',
]
