import { Button } from '@mantine/core'
import { IconFolderSearch, IconPhotoOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { LibraryView } from '../../protocol/fleet.ts'
import { jobSummaryQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf } from '../ui/format-amount.ts'
import { withLocalTimes } from '../ui/local-times.ts'
import { Message } from '../ui/message.tsx'
import { Meter } from '../ui/meter.tsx'
import { useNow } from '../ui/use-now.ts'
import { Mark } from '../ui/wordmark.tsx'
import { AddLibrary } from './add-library.tsx'
import styles from './banner.module.css'
import { ingestProgress } from './ingest-progress.ts'

/** What stands where pictures will be: no folder yet, a scan under way, or nothing found. */
export function EmptyTimeline({ libraries }: { libraries: readonly LibraryView[] }) {
  return (
    <div className={styles.empty}>
      {libraries.length === 0 ? <NoLibrary /> : <NoPictures libraries={libraries} />}
    </div>
  )
}

function NoLibrary() {
  const isAdmin = useIsAdmin()
  return (
    <Message
      icon={<Mark sizePx={36} />}
      title="Where do your photos live?"
      actions={isAdmin ? <AddLibrary /> : undefined}
    >
      {isAdmin
        ? 'Choose a folder. Hearth reads it where it is: nothing in it is moved, renamed or changed.'
        : 'No folder has been added yet. An administrator can add one.'}
    </Message>
  )
}

function NoPictures({ libraries }: { libraries: readonly LibraryView[] }) {
  const kinds = useQuery(jobSummaryQuery).data?.kinds ?? []
  const nowMs = useNow(30_000)
  const progress = ingestProgress(libraries, kinds)
  if (progress) {
    return (
      <Message icon={<IconFolderSearch size={32} stroke={1.6} />} title="Reading your pictures">
        <span aria-live="off">{progress.words.join(' · ')}</span>
        <br />
        {progress.waitsFor
          ? withLocalTimes(progress.waitsFor, nowMs)
          : 'The first ones appear here as soon as they are ready.'}
        <div className={styles.progress}>
          <Meter value={progress.share} label="Pictures read" />
        </div>
      </Message>
    )
  }
  const files = libraries.reduce((sum, library) => sum + library.files, 0)
  return (
    <Message
      icon={<IconPhotoOff size={32} stroke={1.6} />}
      title="No pictures here yet"
      actions={
        <Button component={Link} to="/dashboard" variant="default">
          See what was scanned
        </Button>
      }
    >
      {files === 0
        ? `${libraries.map(({ root }) => root).join(', ')} holds no picture or video that Hearth knows.`
        : `${countOf(files, 'file')} found, and none of them could be shown so far.`}
    </Message>
  )
}
