import { Outlet, useParams } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'

// Pictures first: nobody rates what is not there yet, or asks what is in it.
const CurationLayer = lazy(async () => ({
  default: (await import('./curation/curation-layer.tsx')).CurationLayer,
}))
const DetectionLayer = lazy(async () => ({
  default: (await import('./detections/detection-layer.tsx')).DetectionLayer,
}))
const NamingLayer = lazy(async () => ({
  default: (await import('./regions/naming-layer.tsx')).NamingLayer,
}))

/** A page of pictures, and over it what is done with them. */
export function Gallery() {
  const isViewing = useParams({ strict: false }).assetId !== undefined
  return (
    <>
      <Outlet />
      <Suspense>
        <CurationLayer />
      </Suspense>
      <Suspense>{isViewing && <DetectionLayer />}</Suspense>
      <Suspense>{isViewing && <NamingLayer />}</Suspense>
    </>
  )
}
