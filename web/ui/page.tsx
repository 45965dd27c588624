import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './page.module.css'

type PageProps = {
  title: string
  /** It is a part of the dashboard: a way back leads there. */
  isPart?: boolean
  /** At the end of the title's line. */
  aside?: ReactNode
  intro?: string
  children: ReactNode
}

/** A page that is read from top to bottom and scrolls by itself. */
export function Page({ title, isPart = false, aside, intro, children }: PageProps) {
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        {isPart && (
          <Link to="/dashboard" className={styles.back}>
            Dashboard
          </Link>
        )}
        <div className={styles.title}>
          <h1>{title}</h1>
          {aside}
        </div>
        {intro && <p className={styles.intro}>{intro}</p>}
        {children}
      </div>
    </div>
  )
}
