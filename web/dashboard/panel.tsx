import type { ReactNode } from 'react'
import { errorSentence } from '../ui/page-error.tsx'
import styles from './dashboard.module.css'

type PanelProps = { title: string; aside?: ReactNode; children: ReactNode }

/** One part of the dashboard under its heading. */
export function Panel({ title, aside, children }: PanelProps) {
  return (
    <section className={styles.panel}>
      <div className={styles.panelHead}>
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

export function Failure({ error }: { error: unknown }) {
  return (
    <p className={styles.failure} role="alert">
      {errorSentence(error)}
    </p>
  )
}
