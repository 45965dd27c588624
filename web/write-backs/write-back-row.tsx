import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { WriteBackView } from '../../protocol/edits.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { writeBackReason, writeBackWords } from '../ui/curation-words.ts'
import { formatAgo } from '../ui/format-when.ts'
import { Status } from '../ui/status-dot.tsx'
import { Conflict } from './conflict.tsx'
import { useBulkWriteBacks, useWriteBackActions } from './use-write-back-actions.ts'
import styles from './write-backs.module.css'

type WriteBackRowProps = { writeBack: WriteBackView; library: string | undefined; nowMs: number }

/** One picture: how far what was said about it has come, why, and what can be done. */
export function WriteBackRow({ writeBack, library, nowMs }: WriteBackRowProps) {
  const { id, name, folder, state, reason, message, sidecar, changedAt, canUndo } = writeBack
  const { conflict, conflictVersion } = writeBack
  const isAdmin = useIsAdmin()
  const { retry, undo, resolve } = useWriteBackActions(id)
  const { approve } = useBulkWriteBacks()
  const { word, tone } = writeBackWords[state]
  const why = writeBackReason(state, reason)
  return (
    <li className={styles.row}>
      <div className={styles.head}>
        <div className={styles.what}>
          <Link to="/assets/$assetId" params={{ assetId: String(id) }} className={styles.name}>
            {name}
          </Link>
          <p className={styles.facts}>
            {[library, sidecar ?? folder, formatAgo(changedAt, nowMs)].filter(Boolean).join(' · ')}
          </p>
        </div>
        <Status tone={tone}>{word}</Status>
      </div>
      {state !== 'written' && <p className={styles.why}>{why}</p>}
      {message && message !== why && <p className={styles.message}>{message}</p>}
      {conflict && conflictVersion !== null && (
        <Conflict
          key={conflictVersion}
          differences={conflict}
          isBusy={resolve.isPending}
          onDecide={(fields) => resolve.mutate({ conflictVersion, fields })}
        />
      )}
      {isAdmin && (
        <div className={styles.buttons}>
          {state === 'waiting_approval' && (
            <Button
              size="xs"
              variant="default"
              loading={approve.isPending}
              onClick={() => approve.mutate({ assetIds: [id] })}
              aria-label={`Let it be written: ${name}`}
            >
              Let it be written
            </Button>
          )}
          {(state === 'failed' || (state === 'kept_here' && reason !== 'library_off')) && (
            <Button
              size="xs"
              variant="default"
              loading={retry.isPending}
              onClick={() => retry.mutate()}
              aria-label={`Try again: ${name}`}
            >
              Try again
            </Button>
          )}
          {canUndo && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              loading={undo.isPending}
              onClick={() => undo.mutate()}
              aria-label={`Put the sidecar from before back: ${name}`}
            >
              Put the sidecar from before back
            </Button>
          )}
        </div>
      )}
    </li>
  )
}
