import styles from './status-dot.module.css'

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'quiet'

/** A colour and always a word beside it. */
export function Status({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={styles.status}>
      <span className={styles.dot} data-tone={tone} aria-hidden="true" />
      {children}
    </span>
  )
}
