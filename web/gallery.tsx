import { lazy, Suspense } from 'react'
import { TimelinePage } from './timeline/timeline-page.tsx'

// Pictures first: nobody rates what is not there yet.
const CurationLayer = lazy(async () => ({
  default: (await import('./curation/curation-layer.tsx')).CurationLayer,
}))

/** The photos, and over them what is done with them. */
export function Gallery() {
  return (
    <>
      <TimelinePage />
      <Suspense>
        <CurationLayer />
      </Suspense>
    </>
  )
}
