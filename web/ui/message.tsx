import type { ReactNode } from 'react'
import styles from './message.module.css'

type MessageProps = {
  title: string
  children?: ReactNode
  icon?: ReactNode
  actions?: ReactNode
}

/** The one way in which a page says that there is nothing to show, and what to do about it. */
export function Message({ title, children, icon, actions }: MessageProps) {
  return (
    <div className={styles.message}>
      {icon && (
        <div className={styles.icon} aria-hidden="true">
          {icon}
        </div>
      )}
      <h1 className={styles.title}>{title}</h1>
      {children && <div className={styles.text}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
