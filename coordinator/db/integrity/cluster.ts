import { sql } from 'kysely'

/** Names the database that is asked: another one for each that was made, restored or moved to. */
export const thisCluster = sql<string>`(select system_identifier::text from pg_control_system())
  || '/' || (select oid::text from pg_database where datname = current_database())`
