import { Button, Modal } from '@mantine/core'
import { IconAlertTriangle, IconPlayerPause, IconPlugConnectedX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { LibraryView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { librariesQuery } from '../api/queries.ts'
import { usePauseLibrary } from '../api/use-pause-library.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { sayError } from '../ui/say-error.ts'
import styles from './banner.module.css'

/** Says which libraries cannot be reached, wait for a decision or rest. Pictures stay on screen meanwhile. */
export function LibraryBanners({ libraries }: { libraries: readonly LibraryView[] }) {
  return libraries.map((library) => {
    if (library.paused) return <PausedBanner key={library.id} library={library} />
    const isTold = (library.state === 'offline' || library.state === 'held') && !library.scanning
    return isTold && <LibraryBanner key={library.id} library={library} />
  })
}

function PausedBanner({ library }: { library: LibraryView }) {
  const isAdmin = useIsAdmin()
  const { isPaused, setPaused } = usePauseLibrary(library)
  return (
    <div className={styles.banner} data-tone="quiet">
      <IconPlayerPause size={20} stroke={1.7} aria-hidden="true" />
      <p className={styles.text}>
        <strong>“{library.name}” is paused</strong>
        <span>New and changed files are not looked at until it is resumed.</span>
      </p>
      {isAdmin && (
        <div className={styles.actions}>
          <Button size="xs" variant="default" loading={!isPaused} onClick={() => setPaused(false)}>
            Resume
          </Button>
        </div>
      )}
    </div>
  )
}

function LibraryBanner({ library }: { library: LibraryView }) {
  const isAdmin = useIsAdmin()
  const queryClient = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const scan = useMutation({
    mutationFn: (acceptMissing: boolean) =>
      callApi('scanLibrary', { params: { id: library.id }, body: { acceptMissing } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: librariesQuery.queryKey }),
    onError: sayError(`“${library.name}” was not scanned`),
    onSettled: () => setAsking(false),
  })
  const isHeld = library.state === 'held'
  return (
    <div className={styles.banner} data-tone={isHeld ? 'warn' : 'quiet'}>
      {isHeld ? (
        <IconAlertTriangle size={20} stroke={1.7} aria-hidden="true" />
      ) : (
        <IconPlugConnectedX size={20} stroke={1.7} aria-hidden="true" />
      )}
      <p className={styles.text}>
        <strong>{isHeld ? `“${library.name}” waits for you` : `“${library.name}” is offline`}</strong>
        <span>
          {library.stateReason ??
            (isHeld ? 'The last scan missed many files.' : 'Its folder cannot be reached.')}{' '}
          {!isHeld && 'Nothing is forgotten; the pictures here are kept copies.'}
        </span>
      </p>
      {isAdmin && (
        <div className={styles.actions}>
          <Button
            size="xs"
            variant="default"
            loading={scan.isPending && !isAsking}
            onClick={() => scan.mutate(false)}
          >
            Scan again
          </Button>
          {isHeld && (
            <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking(true)}>
              They are really gone…
            </Button>
          )}
        </div>
      )}
      <Modal
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Accept the missing files of “${library.name}”?`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p className={styles.question}>
          {library.stateReason} If you moved or deleted them yourself, accept: they leave the timeline. What
          Hearth knows about them is kept, and they come back should the files come back. If a disk or share
          is only not there, connect it and scan again instead.
        </p>
        <div className={styles.answers}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Not now
          </Button>
          <Button loading={scan.isPending} onClick={() => scan.mutate(true)}>
            Accept and scan
          </Button>
        </div>
      </Modal>
    </div>
  )
}
