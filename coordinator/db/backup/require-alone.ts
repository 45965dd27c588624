import { AppError } from '../../../protocol/errors.ts'
import { openServerSession } from './server-session.ts'

/**
 * What is written while everything is moved away would stay behind.
 *
 * @throws AppError `conflict` when others are connected to a server's database
 */
export async function requireAlone(url: string): Promise<void> {
  const session = await openServerSession(url)
  try {
    const others = await session.query<{ name: string }>(`
      select coalesce(nullif(application_name, ''), 'a program') || ' from ' || coalesce(host(client_addr), 'this machine') as name
      from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`)
    if (others.length === 0) return
    const names = [...new Set(others.map(({ name }) => name))].join(', ')
    throw new AppError(
      'conflict',
      `Others are connected to the database (${names}): stop every Hearth that uses it`,
    )
  } finally {
    await session.close()
  }
}
