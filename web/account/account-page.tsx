import { useSession } from '../api/use-session.ts'
import { Page } from '../ui/page.tsx'
import { Tokens } from './tokens.tsx'

/** What belongs to the person who is signed in. */
export function AccountPage() {
  const session = useSession()
  if (!session) return null
  return (
    <Page title={session.name} intro={session.role === 'admin' ? 'Administrator' : 'Member'}>
      <Tokens isAdmin={session.role === 'admin'} />
    </Page>
  )
}
