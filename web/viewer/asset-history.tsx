import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AssetChange } from '../../protocol/edits.ts'
import { callApi } from '../api/call-api.ts'
import { assetHistoryQuery, assetQuery, WRITE_BACKS_KEY } from '../api/queries.ts'
import { useServices } from '../api/services.ts'
import { fieldWords, valueText } from '../ui/curation-words.ts'
import { formatAgo } from '../ui/format-when.ts'
import { Failure } from '../ui/panel.tsx'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './curation-fields.module.css'

const kindWords: Record<AssetChange['kind'], string> = {
  edit: '',
  undo: 'taken back',
  resolve: 'conflict decided',
  merge: 'joined with another',
  read: 'read from the sidecar',
}

/** Who has changed what, newest first; each entry can be taken back, for all the pictures it was made for. */
export function AssetHistory({ assetId }: { assetId: number }) {
  const queryClient = useQueryClient()
  const { bucketStore } = useServices()
  const nowMs = useNow(30_000)
  const history = useQuery(assetHistoryQuery(assetId))
  const undo = useMutation({
    mutationFn: (id: number) => callApi('undoEdit', { params: { id } }),
    onSuccess: ({ assets, kept }) => {
      sayDone(
        assets === 0
          ? 'Nothing was taken back: somebody has edited since.'
          : `Taken back${kept.length > 0 ? ', except where somebody has edited since' : ''}.`,
      )
      bucketStore.invalidate()
      return Promise.all(
        [assetQuery(assetId).queryKey, assetHistoryQuery(assetId).queryKey, WRITE_BACKS_KEY].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      )
    },
    onError: sayError('Not taken back'),
  })
  if (history.isError) return <Failure error={history.error} onRetry={() => void history.refetch()} />
  const items = history.data?.items ?? []
  if (items.length === 0) return <p className={styles.nothing}>Nobody has changed anything yet.</p>
  return (
    <ol className={styles.history}>
      {items.map((change, at) => (
        <li key={change.id}>
          <p>
            <strong>{fieldWords[change.field]}</strong>: {valueText(change.field, change.before)} →{' '}
            {change.fallsBack ? 'what the files say' : valueText(change.field, change.after)}
          </p>
          <p className={styles.when}>
            {[change.by ?? 'somebody', formatAgo(change.at, nowMs), kindWords[change.kind]]
              .filter((word) => word !== '')
              .join(' · ')}
            {items.findIndex(({ editId }) => editId === change.editId) === at && (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                loading={undo.isPending && undo.variables === change.editId}
                onClick={() => undo.mutate(change.editId)}
                aria-label={`Take back: ${fieldWords[change.field]}`}
              >
                Take back
              </Button>
            )}
          </p>
        </li>
      ))}
    </ol>
  )
}
