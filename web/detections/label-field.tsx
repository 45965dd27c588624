import { useId } from 'react'
import type { DetectionView } from '../../protocol/detections.ts'
import styles from './detections.module.css'
import { useKnownLabels } from './use-known-labels.ts'

type LabelFieldProps = {
  label: string
  /** What is named. */
  kind: DetectionView['kind']
  value: string
  onChange: (value: string) => void
  autoFocus?: boolean
}

/** A name for a thing; names that are known already need not be typed to their end. */
export function LabelField({ label, kind, value, onChange, autoFocus }: LabelFieldProps) {
  const id = useId()
  const known = useKnownLabels(kind)
  return (
    <label className={styles.labelField}>
      <span>{label}</span>
      <input
        list={id}
        value={value}
        maxLength={1_024}
        autoComplete="off"
        autoCapitalize="none"
        // biome-ignore lint/a11y/noAutofocus: it appears because a name is wanted now
        autoFocus={autoFocus}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={id}>
        {known.map((word) => (
          <option key={word} value={word} />
        ))}
      </datalist>
    </label>
  )
}
