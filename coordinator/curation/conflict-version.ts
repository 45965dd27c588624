import { type RawBuilder, sql } from 'kysely'

/**
 * Stands for both sides of the conflict in the row `write_back`: what people want written, and what lies there. SQL null
 * where there is none.
 */
export const conflictVersion: RawBuilder<string | null> = sql`case when write_back.state = 'conflict'
  then write_back.wanted_revision || '-' || coalesce(encode(write_back.sidecar_hash, 'hex'), 'gone') end`
