import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { errorSentence } from './page-error.tsx'
import styles from './panel.module.css'

type PanelProps = { title: string; aside?: ReactNode; children: ReactNode }

/** One part of a page under its heading. */
export function Panel({ title, aside, children }: PanelProps) {
  return (
    <section className={styles.panel}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}

export function Nothing({ children }: { children: ReactNode }) {
  return <p className={styles.nothing}>{children}</p>
}

/** What could not be read, in the server's words where it has some. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className={styles.failure} role="alert">
      <p>{errorSentence(error)}</p>
      {onRetry && (
        <Button size="xs" variant="default" onClick={onRetry}>
          Ask again
        </Button>
      )}
    </div>
  )
}
