import { notifications } from '@mantine/notifications'

/** For actions whose effect is out of sight: one sentence says that they worked. */
export function sayDone(message: string): void {
  notifications.show({ message, color: 'ember' })
}
