import { useSession } from '../api/use-session.ts'
import styles from './account.module.css'
import { Tokens } from './tokens.tsx'

/** What belongs to the person who is signed in. */
export function AccountPage() {
  const session = useSession()
  if (!session) return null
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <div className={styles.title}>
          <h1>{session.name}</h1>
          <p className={styles.facts}>{session.role === 'admin' ? 'Administrator' : 'Member'}</p>
        </div>
        <Tokens isAdmin={session.role === 'admin'} />
      </div>
    </div>
  )
}
