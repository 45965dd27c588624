import { expect } from 'vitest'

/** The machine may be busy; a poll that succeeds does not wait. */
export const poll = <T>(read: () => T) => expect.poll(read, { timeout: 30_000, interval: 10 })
