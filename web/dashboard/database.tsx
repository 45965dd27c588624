import { useQuery } from '@tanstack/react-query'
import type { DatabaseFacts, DatabaseView } from '../../protocol/database.ts'
import { databaseQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { Failure, Panel } from '../ui/panel.tsx'
import { Status, type Tone } from '../ui/status-dot.tsx'
import styles from './dashboard.module.css'
import { DatabaseNumbers } from './database-numbers.tsx'

const states: Record<DatabaseView['state'], { tone: Tone; word: string }> = {
  well: { tone: 'good', word: 'Well' },
  attention: { tone: 'warn', word: 'Needs you' },
  damaged: { tone: 'bad', word: 'Damaged' },
}
const away = { tone: 'bad', word: 'Away' } as const

/** Where everything is kept: how it is, what to do about it, and the numbers. For administrators. */
export function Database() {
  const isAdmin = useIsAdmin()
  const database = useQuery({ ...databaseQuery, enabled: isAdmin })
  if (!isAdmin) return null
  const view = database.data
  const state = database.isError ? away : view && states[view.state]
  return (
    <Panel title="Database" aside={state && <Status tone={state.tone}>{state.word}</Status>}>
      {database.isError && <Failure error={database.error} onRetry={() => void database.refetch()} />}
      {view && !database.isError && <Details view={view} />}
    </Panel>
  )
}

function Details({ view: { sentence, advice, facts } }: { view: DatabaseView }) {
  return (
    <div className={styles.database}>
      <div>
        <h3>{sentence}</h3>
        {facts && <p className={styles.facts}>{describe(facts)}</p>}
      </div>
      {advice.length > 0 && (
        <ul className={styles.advice} aria-label="What to do about the database">
          {advice.map((each) => (
            <li key={each.about} data-severity={each.severity}>
              {each.sentence}
            </li>
          ))}
        </ul>
      )}
      {facts?.damage.map(({ object, message }) => (
        <p key={object} className={styles.example}>
          {object}: {message}
        </p>
      ))}
      {facts && <DatabaseNumbers facts={facts} />}
    </div>
  )
}

function describe({ engine, version, place }: DatabaseFacts): string {
  const kind = engine === 'embedded' ? 'Embedded database' : 'Postgres server'
  return `${kind} · version ${version} · ${place}`
}
