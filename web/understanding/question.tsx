import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './understanding.module.css'

type QuestionProps = {
  title: string
  /** What the button does that says yes. */
  answer: string
  children: ReactNode
  onYes: () => void
  onClose: () => void
}

/** Asked before something that keeps machines busy for long. */
export function Question({ title, answer, children, onYes, onClose }: QuestionProps) {
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': 'Close' }}>
      <p className={styles.question}>{children}</p>
      <div className={styles.answers}>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
        <Button
          data-autofocus
          onClick={() => {
            onClose()
            onYes()
          }}
        >
          {answer}
        </Button>
      </div>
    </Modal>
  )
}
