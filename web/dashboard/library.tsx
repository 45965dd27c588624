import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LibraryView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { librariesQuery } from '../api/queries.ts'
import { usePauseLibrary } from '../api/use-pause-library.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { sayError } from '../ui/say-error.ts'
import { Status, type Tone } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { PauseButton } from './pause-button.tsx'
import { Scans } from './scans.tsx'
import { SidecarDrawer } from './sidecar-drawer.tsx'

/** One library: how it is, what it holds, its scans on demand, and rest for it. */
export function Library({ library }: { library: LibraryView }) {
  const isAdmin = useIsAdmin()
  const queryClient = useQueryClient()
  const nowMs = useNow(30_000)
  const [isOpen, setOpen] = useState(false)
  const { isPaused, setPaused } = usePauseLibrary(library)
  const state = stateOf({ ...library, paused: isPaused })
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
          {isPaused && (
            <p className={styles.reason}>
              Its files are not looked at until it is resumed. Its pictures can be seen meanwhile.
            </p>
          )}
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
            <>
              <SidecarDrawer library={library} />
              <Button
                size="xs"
                variant="default"
                disabled={library.scanning || isPaused}
                loading={scan.isPending}
                onClick={() => scan.mutate()}
                aria-label={`Scan now: ${library.name}`}
              >
                Scan now
              </Button>
              <PauseButton
                isPaused={isPaused}
                what={library.name}
                hint="Its files are not looked at until it is resumed"
                onChange={setPaused}
              />
            </>
          )}
        </div>
      </div>
      {isOpen && <Scans libraryId={library.id} />}
    </li>
  )
}

/** What keeps a library from being whole comes before what a person has asked for. */
function stateOf({ state, scanning, paused }: LibraryView): { tone: Tone; word: string } {
  if (state === 'held' && !scanning) return { tone: 'warn', word: 'Waits for you' }
  if (state === 'offline' && !scanning) return { tone: 'bad', word: 'Offline' }
  if (paused) return { tone: 'warn', word: 'Paused' }
  if (scanning) return { tone: 'busy', word: 'Scanning' }
  if (state === 'new') return { tone: 'quiet', word: 'Not scanned yet' }
  return { tone: 'good', word: 'Online' }
}
