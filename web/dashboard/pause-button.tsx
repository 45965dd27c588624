import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'

type PauseButtonProps = {
  isPaused: boolean
  /** What is paused, for screen readers. */
  what: string
  /** What pausing does, for those who hesitate. */
  hint: string
  isBusy?: boolean
  onChange: (paused: boolean) => void
}

/** The same button wherever something can rest: a kind of work, a library, a machine. */
export function PauseButton({ isPaused, what, hint, isBusy, onChange }: PauseButtonProps) {
  const word = isPaused ? 'Resume' : 'Pause'
  return (
    <Button
      size="xs"
      variant="default"
      loading={isBusy}
      onClick={() => onChange(!isPaused)}
      title={isPaused ? undefined : hint}
      aria-label={`${word}: ${what}`}
      leftSection={
        isPaused ? (
          <IconPlayerPlay size={14} stroke={1.8} aria-hidden="true" />
        ) : (
          <IconPlayerPause size={14} stroke={1.8} aria-hidden="true" />
        )
      }
    >
      {word}
    </Button>
  )
}
