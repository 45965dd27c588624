import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LibraryView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { librariesQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { sayError } from '../ui/say-error.ts'
import { Status, type Tone } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { Failure, Nothing, Panel } from './panel.tsx'
import { Scans } from './scans.tsx'

/** The folders that are looked after, with their scans. */
export function Libraries() {
  const libraries = useQuery(librariesQuery)
  return (
    <Panel title="Libraries">
      {libraries.isError && !libraries.data && <Failure error={libraries.error} />}
      {libraries.data?.items.length === 0 && (
        <Nothing>No folder has been added yet. The page of photos offers to.</Nothing>
      )}
      <ul className={styles.rows}>
        {libraries.data?.items.map((library) => (
          <Library key={library.id} library={library} />
        ))}
      </ul>
    </Panel>
  )
}

function Library({ library }: { library: LibraryView }) {
  const isAdmin = useIsAdmin()
  const queryClient = useQueryClient()
  const nowMs = useNow(30_000)
  const [isOpen, setOpen] = useState(false)
  const state = stateOf(library)
  const scan = useMutation({
    mutationFn: () => callApi('scanLibrary', { params: { id: library.id }, body: {} }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: librariesQuery.queryKey }),
    onError: sayError(`“${library.name}” was not scanned`),
  })
  return (
    <li className={styles.library}>
      <div className={styles.libraryHead}>
        <div className={styles.libraryName}>
          <div className={styles.nameAndState}>
            <h3>{library.name}</h3>
            <Status tone={state.tone}>{state.word}</Status>
          </div>
          <p className={styles.path}>{library.root}</p>
          <p className={styles.facts}>
            {countOf(library.assets, 'asset')} from {countOf(library.files, 'file')}
            {library.missing > 0 && ` · ${formatCount(library.missing)} missing`}
            {library.lastScanAt && ` · scanned ${formatAgo(library.lastScanAt, nowMs)}`}
          </p>
          {library.stateReason && <p className={styles.reason}>{library.stateReason}</p>}
        </div>
        <div className={styles.buttons}>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => setOpen(!isOpen)}
            aria-expanded={isOpen}
            aria-label={`${isOpen ? 'Hide scans' : 'Scans'} of ${library.name}`}
          >
            {isOpen ? 'Hide scans' : 'Scans'}
          </Button>
          {isAdmin && (
            <Button
              size="xs"
              variant="default"
              disabled={library.scanning}
              loading={scan.isPending}
              onClick={() => scan.mutate()}
              aria-label={`Scan now: ${library.name}`}
            >
              Scan now
            </Button>
          )}
        </div>
      </div>
      {isOpen && <Scans libraryId={library.id} />}
    </li>
  )
}

function stateOf({ state, scanning }: LibraryView): { tone: Tone; word: string } {
  if (scanning) return { tone: 'busy', word: 'Scanning' }
  if (state === 'new') return { tone: 'quiet', word: 'Not scanned yet' }
  if (state === 'offline') return { tone: 'bad', word: 'Offline' }
  if (state === 'held') return { tone: 'warn', word: 'Waits for you' }
  return { tone: 'good', word: 'Online' }
}
