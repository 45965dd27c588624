import { Button } from '@mantine/core'
import { IconMoon, IconPhotoOff, IconZoomQuestion } from '@tabler/icons-react'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { AppError } from '../../protocol/errors.ts'
import { narrows } from '../api/asset-filter.ts'
import { isWaking } from '../api/query-client.ts'
import type { ResultsOf } from '../api/use-collection.ts'
import { useResults } from '../api/use-results.ts'
import { ResultGrid } from '../grid/result-grid.tsx'
import { countOf } from '../ui/format-amount.ts'
import { Message } from '../ui/message.tsx'
import { errorSentence } from '../ui/page-error.tsx'
import { Failure } from '../ui/panel.tsx'
import { wakingSentence } from '../ui/waking-sentence.ts'
import styles from './search.module.css'

/** What was found, or why nothing was and what to do; the viewer opens over it. */
export function Results({ of, label }: { of: ResultsOf; label: string }) {
  const { query, tiles } = useResults(of)
  const { assetId } = useParams({ strict: false })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const isMore = hasNextPage && !isFetchingNextPage && !query.isError
  return (
    <>
      <p className="visually-hidden" role="status">
        {query.isPending ? 'Searching…' : query.isSuccess ? `${countOf(tiles.length, 'picture')} shown` : ''}
      </p>
      {query.isPending && <div className={styles.wait} data-busy="" />}
      {query.isPending && isWaking(query.failureReason) && <Waking error={query.failureReason} />}
      {query.isError && tiles.length === 0 && (
        <CannotAnswer of={of} error={query.error} onRetry={query.refetch} />
      )}
      {query.isSuccess && tiles.length === 0 && <NothingFound of={of} />}
      {tiles.length > 0 && (
        <ResultGrid
          tiles={tiles}
          label={label}
          viewedId={assetId === undefined ? null : Number(assetId)}
          onMore={isMore ? () => void fetchNextPage() : undefined}
          end={
            query.isError ? (
              <Failure error={query.error} onRetry={() => void fetchNextPage()} />
            ) : hasNextPage ? (
              'More are coming…'
            ) : (
              `${countOf(tiles.length, 'picture')}. These are all.`
            )
          }
        />
      )}
      <Outlet />
    </>
  )
}

/** It is asked again by itself. */
function Waking({ error }: { error: AppError }) {
  return (
    <div className={styles.rest}>
      <Message icon={<IconMoon size={32} stroke={1.6} />} title="Waking a machine">
        {wakingSentence(error, 'The pictures come by themselves')}
      </Message>
    </div>
  )
}

type CannotAnswerProps = { of: ResultsOf; error: unknown; onRetry: () => unknown }

function CannotAnswer({ of, error, onRetry }: CannotAnswerProps) {
  const isModel = error instanceof AppError && error.code === 'model_missing'
  const { q, ...filter } = of.filter
  return (
    <div className={styles.rest}>
      <Message
        icon={<IconZoomQuestion size={32} stroke={1.6} />}
        title={isModel ? 'Nobody can answer that now' : 'This could not be searched'}
        actions={
          <>
            {q !== undefined && (
              <Button
                renderRoot={(props) => <Link to="/search" search={{ ...filter, text: q }} {...props} />}
              >
                Look in names and texts
              </Button>
            )}
            {isModel ? (
              <Button component={Link} to="/understanding" variant="default">
                See what understands pictures
              </Button>
            ) : (
              <Button variant="default" onClick={() => void onRetry()}>
                Try again
              </Button>
            )}
          </>
        }
      >
        {errorSentence(error)}
      </Message>
    </div>
  )
}

function NothingFound({ of }: { of: ResultsOf }) {
  const { q, text } = of.filter
  return (
    <div className={styles.rest}>
      <Message
        icon={<IconPhotoOff size={32} stroke={1.6} />}
        title="Nothing found"
        actions={
          narrows(of.filter) &&
          of.kind === 'search' &&
          (q ?? text) !== undefined && (
            <Button
              variant="default"
              renderRoot={(props) => <Link to="/search" search={{ q, text }} {...props} />}
            >
              Search without the filters
            </Button>
          )
        }
      >
        {text !== undefined
          ? `No name, folder or text has “${text}” in it.`
          : narrows(of.filter)
            ? 'No picture fits all of the filters.'
            : 'No picture has been understood yet. It is worth another try when some have.'}
      </Message>
    </div>
  )
}
