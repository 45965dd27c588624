import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { detectionsQuery } from '../api/detections-query.ts'
import { DetectionChip } from './detection-chip.tsx'
import { DetectionShape } from './detection-shape.tsx'
import styles from './detections.module.css'
import { byArea, detectionAt } from './pick-detection.ts'
import { type NamePlace, placeNames } from './place-names.ts'

/** More names than this would cover the picture: they are dots until somebody wants one. */
const NAMES_SHOWN = 8
/** Units of the drawing across the picture. */
const DRAWING_WIDTH = 1_000

type OverlaysProps = { assetId: number; heightShare: number; withRejected: boolean }

/** Boxes, outlines and names of what is in the picture. Only the names take a pointer: the rest is for the picture. */
export function Overlays({ assetId, heightShare, withRejected }: OverlaysProps) {
  const known = useQuery(detectionsQuery(assetId)).data?.detections
  const detections = useMemo(
    () => byArea(known ?? []).filter(({ review }) => withRejected || review !== 'rejected'),
    [known, withRejected],
  )
  const places = useMemo(() => placeNames(detections.map(({ box }) => box)), [detections])
  const [litId, setLitId] = useState<number | null>(null)
  const layer = useRef<HTMLDivElement>(null)

  // The pointer is over the picture, which moves and zooms by it; what lies under it is only told of.
  useEffect(() => {
    const stage = layer.current?.closest<HTMLElement>('[data-stage]')
    if (!stage) return
    const listen = (event: PointerEvent) => {
      const box = layer.current?.getBoundingClientRect()
      if (!box || event.pointerType !== 'mouse') return
      const at = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height }
      setLitId(detectionAt(detections, at)?.id ?? null)
    }
    const leave = () => setLitId(null)
    stage.addEventListener('pointermove', listen)
    stage.addEventListener('pointerleave', leave)
    return () => {
      stage.removeEventListener('pointermove', listen)
      stage.removeEventListener('pointerleave', leave)
    }
  }, [detections])

  const height = DRAWING_WIDTH * heightShare
  return (
    <div ref={layer} className={styles.layer} data-overlays="">
      <svg
        viewBox={`0 0 ${DRAWING_WIDTH} ${height}`}
        preserveAspectRatio="none"
        className={styles.drawing}
        aria-hidden="true"
      >
        {detections.map((detection) => (
          <DetectionShape
            key={detection.id}
            detection={detection}
            width={DRAWING_WIDTH}
            height={height}
            isLit={litId === detection.id}
          />
        ))}
      </svg>
      <ul className={styles.names} aria-label="Found in the picture">
        {detections.map((detection, at) => (
          <DetectionChip
            key={detection.id}
            detection={detection}
            place={places[at] as NamePlace}
            isDot={detections.length > NAMES_SHOWN}
            isLit={litId === detection.id}
            onLit={(isLit) => setLitId(isLit ? detection.id : null)}
          />
        ))}
      </ul>
    </div>
  )
}
