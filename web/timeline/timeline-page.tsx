import { useQuery } from '@tanstack/react-query'
import { Outlet, useParams } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { BucketStore } from '../api/bucket-store.ts'
import { assetQuery, librariesQuery, timelineQuery } from '../api/queries.ts'
import { useServices } from '../api/services.ts'
import { bucketOf } from '../ui/format-when.ts'
import { PageError } from '../ui/page-error.tsx'
import { EmptyTimeline } from './empty-timeline.tsx'
import { LibraryBanners } from './library-banners.tsx'
import { ScanStatus } from './scan-status.tsx'
import styles from './timeline.module.css'
import { TimelineModel } from './timeline-model.ts'
import { TimelineView } from './timeline-view.tsx'

/** One model for each store, so that the position outlives a visit to another page. */
const models = new WeakMap<BucketStore, TimelineModel>()

function modelOf(store: BucketStore): TimelineModel {
  const known = models.get(store)
  if (known) return known
  const model = new TimelineModel(store)
  models.set(store, model)
  return model
}

/** The page of photos; the viewer opens over it. */
export function TimelinePage() {
  const { bucketStore } = useServices()
  const model = modelOf(bucketStore)
  const timeline = useQuery(timelineQuery)
  const libraries = useQuery(librariesQuery)
  const viewed = useViewed()
  const revision = timeline.data?.revision

  useEffect(() => {
    if (timeline.data) model.setBuckets(timeline.data.buckets)
  }, [model, timeline.data])
  useEffect(() => {
    if (revision !== undefined) bucketStore.invalidate()
  }, [bucketStore, revision])

  const failure = timeline.data ? null : (timeline.error ?? (libraries.data ? null : libraries.error))
  const isEmpty = timeline.data?.buckets.length === 0
  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">Photos</h1>
      <div inert={viewed !== null}>
        {libraries.data && <LibraryBanners libraries={libraries.data.items} />}
        {!isEmpty && <ScanStatus />}
      </div>
      {failure && <PageError error={failure} reset={() => void timeline.refetch()} />}
      {timeline.data && !isEmpty && <TimelineView model={model} viewed={viewed} />}
      {isEmpty && libraries.data && <EmptyTimeline libraries={libraries.data.items} />}
      <Outlet />
    </div>
  )
}

/** Which picture the viewer shows, and in which month it lies. */
function useViewed(): { bucket: string; assetId: number } | null {
  const { assetId } = useParams({ strict: false })
  const id = Number(assetId)
  const asset = useQuery({
    ...assetQuery(id),
    enabled: assetId !== undefined && Number.isSafeInteger(id) && id > 0,
  })
  const local = asset.data?.capturedLocal
  return useMemo(
    () => (assetId === undefined ? null : { bucket: bucketOf(local ?? null), assetId: id }),
    [assetId, id, local],
  )
}
