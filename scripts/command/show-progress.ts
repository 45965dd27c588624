import type { OnProgress, Progress } from '../../coordinator/db/backup/progress.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'

const words: Record<Progress['step'], string> = {
  copy: 'copying the files of the database',
  read: 'reading',
  check: 'checking the backup',
  load: 'loading',
  compare: 'comparing',
}

/** Progress on the screen's live line: `reading asset_file · 120,000 rows`. */
export function showProgress(screen: ConsoleScreen): OnProgress {
  return (progress) => screen.progress(progressText(progress))
}

export function progressText({ step, table, rows }: Progress): string {
  const what = table ? `${words[step]} ${table}` : words[step]
  return rows === undefined ? what : `${what} · ${rows.toLocaleString('en-US')} rows`
}
