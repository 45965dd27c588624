import { Button } from '@mantine/core'
import { IconCloudOff, IconMapPinOff } from '@tabler/icons-react'
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { AppError } from '../../protocol/errors.ts'
import { Message } from './message.tsx'

/** Full-page failure: what happened, in the server's words where it has some, and a way on. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const isUnreachable = error instanceof AppError && error.code === 'unavailable'
  const again = () => {
    reset()
    void router.invalidate()
  }
  return (
    <main style={{ height: '100dvh' }}>
      <Message
        icon={<IconCloudOff size={32} stroke={1.6} />}
        title={isUnreachable ? 'Hearth does not answer' : 'This page could not be shown'}
        actions={<Button onClick={again}>Try again</Button>}
      >
        {errorSentence(error)}
      </Message>
    </main>
  )
}

export function NotFoundPage() {
  return (
    <main style={{ height: '100dvh' }}>
      <Message
        icon={<IconMapPinOff size={32} stroke={1.6} />}
        title="There is nothing at this address"
        actions={
          <Button component="a" href="/">
            Go to your photos
          </Button>
        }
      />
    </main>
  )
}

/** A sentence for people from whatever was thrown. */
export function errorSentence(error: unknown): string {
  if (error instanceof AppError) return error.message
  return 'Something in this page went wrong. Reload it; if it happens again, the server’s log may say more.'
}
