import styles from './meter.module.css'

/** A thin line that fills; `value` from 0 to 1, or null while nobody knows. */
export function Meter({
  value,
  label,
  isPaused,
}: {
  value: number | null
  label: string
  isPaused?: boolean
}) {
  return (
    <div
      className={styles.meter}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.round(value * 100)}
      data-unknown={value === null || undefined}
      data-paused={isPaused || undefined}
    >
      <div className={styles.fill} style={value === null ? undefined : { transform: `scaleX(${value})` }} />
    </div>
  )
}
