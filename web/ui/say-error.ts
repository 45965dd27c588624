import { notifications } from '@mantine/notifications'
import { errorSentence } from './page-error.tsx'

/** For actions: the page stays as it is and a note says what did not work. */
export function sayError(title: string): (error: unknown) => void {
  return (error) =>
    notifications.show({ title, message: errorSentence(error), color: 'red', autoClose: 10_000 })
}
