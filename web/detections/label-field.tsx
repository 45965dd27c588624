import { useId } from 'react'
import styles from './detections.module.css'
import { useKnownLabels } from './use-known-labels.ts'

type LabelFieldProps = {
  label: string
  value: string
  onChange: (value: string) => void
  autoFocus?: boolean
}

/** A name for a thing; names that are known already need not be typed to their end. */
export function LabelField({ label, value, onChange, autoFocus }: LabelFieldProps) {
  const id = useId()
  const known = useKnownLabels()
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
