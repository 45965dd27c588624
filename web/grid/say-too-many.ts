import { notifications } from '@mantine/notifications'
import { MAX_BULK_ASSETS } from '../../protocol/edits.ts'
import { formatCount } from '../ui/format-amount.ts'

/** The selection stays as it was. */
export function sayTooMany(): void {
  notifications.show({
    title: 'Nothing was added to the selection',
    message: `One edit changes at most ${formatCount(MAX_BULK_ASSETS)} pictures, and these would be more. Select fewer at a time.`,
    color: 'yellow',
  })
}
