import { memo } from 'react'
import type { DetectionView } from '../../protocol/detections.ts'
import { detectionColour } from './detection-colours.ts'
import styles from './detections.module.css'
import { maskPath } from './trace-mask.ts'

type DetectionShapeProps = {
  detection: DetectionView
  /** Of the whole drawing, which is the picture. */
  width: number
  height: number
  isLit: boolean
}

/** The outline of one thing where there is one, else its box. Whole lines are a person's word, dashes a model's. */
export const DetectionShape = memo(function DetectionShape(props: DetectionShapeProps) {
  const { detection, width, height, isLit } = props
  const path = detection.mask ? maskPath(detection.mask) : ''
  return (
    <g
      className={styles.shape}
      data-kind={detection.kind}
      data-review={detection.review}
      data-lit={isLit || undefined}
      style={{ color: detectionColour(detection.id) }}
    >
      {path !== '' && detection.mask ? (
        <Outline path={path} size={detection.mask.size} width={width} height={height} />
      ) : (
        <Box {...props} />
      )}
    </g>
  )
})

type OutlineProps = { path: string; size: readonly [number, number]; width: number; height: number }

export function Outline({ path, size: [rows, columns], width, height }: OutlineProps) {
  return (
    <g transform={`scale(${width / columns} ${height / rows})`}>
      <path d={path} className={styles.fill} fillRule="evenodd" />
      <path d={path} className={styles.edge} vectorEffect="non-scaling-stroke" />
      <path d={path} className={styles.line} vectorEffect="non-scaling-stroke" />
    </g>
  )
}

function Box({ detection, width, height }: DetectionShapeProps) {
  const [x, y, boxWidth, boxHeight] = detection.box
  const place = { x: x * width, y: y * height, width: boxWidth * width, height: boxHeight * height }
  // Faces are round: they are told from things without a word.
  const radius = detection.kind === 'face' ? Math.min(place.width, place.height) * 0.4 : 3
  return (
    <>
      <rect {...place} rx={radius} className={styles.fill} />
      <rect {...place} rx={radius} className={styles.edge} vectorEffect="non-scaling-stroke" />
      <rect {...place} rx={radius} className={styles.line} vectorEffect="non-scaling-stroke" />
    </>
  )
}
