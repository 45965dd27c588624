import { Popover } from '@mantine/core'
import { IconCheck, IconPencil, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { DetectionView } from '../../protocol/detections.ts'
import { chipText, scoreText, spokenName } from './describe-detection.ts'
import { detectionColour } from './detection-colours.ts'
import { DetectionForm } from './detection-form.tsx'
import styles from './detections.module.css'
import type { NamePlace } from './place-names.ts'

const reviewIcons = { confirmed: IconCheck, rejected: IconX, drawn: IconPencil, proposed: null } as const

type DetectionChipProps = {
  detection: DetectionView
  place: NamePlace
  /** Only a dot until it is wanted: there are too many names. */
  isDot: boolean
  isLit: boolean
  onLit: (isLit: boolean) => void
}

/** The name of one thing beside it, and what a person may say of it. */
export function DetectionChip({ detection, place, isDot, isLit, onLit }: DetectionChipProps) {
  const [isOpen, setOpen] = useState(false)
  const isWanted = isLit || isOpen
  const Icon = reviewIcons[detection.review]
  return (
    <li className={styles.chipPlace} style={styleOf(place)} data-lit={isWanted || undefined}>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        position="bottom-start"
        width={264}
        shadow="md"
        radius="md"
        trapFocus
        returnFocus
      >
        <Popover.Target>
          <button
            type="button"
            className={styles.chip}
            data-dot={(isDot && !isWanted) || undefined}
            data-review={detection.review}
            style={{ color: detectionColour(detection.id) }}
            aria-label={spokenName(detection)}
            onClick={() => setOpen(!isOpen)}
            onPointerEnter={() => onLit(true)}
            onFocus={() => onLit(true)}
            onBlur={() => onLit(false)}
          >
            {Icon && <Icon size={13} stroke={2.4} aria-hidden="true" />}
            <span>{chipText(detection)}</span>{' '}
            {isWanted && detection.score !== null && <small>{scoreText(detection.score)}</small>}
          </button>
        </Popover.Target>
        <Popover.Dropdown data-keeps-keys="">
          <DetectionForm detection={detection} onDone={() => setOpen(false)} />
        </Popover.Dropdown>
      </Popover>
    </li>
  )
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`

function styleOf({ side, across, edge, down, rank }: NamePlace): React.CSSProperties {
  return {
    [side]: percent(across),
    [edge]: percent(down),
    transformOrigin: `${side} ${edge}`,
    ['--rank' as string]: edge === 'top' ? rank : -rank,
  }
}
