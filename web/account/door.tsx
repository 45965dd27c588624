import type { FormEvent, ReactNode } from 'react'
import { Mark } from '../ui/wordmark.tsx'
import styles from './door.module.css'

type DoorProps = { title: string; lead: string; onSubmit: () => void; children: ReactNode }

/** The small page in front of everything: one form, nothing else. */
export function Door({ title, lead, onSubmit, children }: DoorProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <main className={styles.door}>
      <form className={styles.form} onSubmit={submit} noValidate>
        <Mark sizePx={40} />
        <h1 className={styles.title}>{title}</h1>
        <p className={styles.lead}>{lead}</p>
        {children}
      </form>
    </main>
  )
}

export function DoorError({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className={styles.error}>
      {children}
    </p>
  )
}
