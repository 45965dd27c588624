import { expect, test } from 'vitest'
import { canRunSamba } from '../../agents/sources/smb/testing/samba-server.ts'
import { pictures, ReadFleet } from './testing/read-fleet.ts'

const poll = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: 60_000, interval: 50 })

test.skipIf(!canRunSamba)(
  'a worker reads originals of another machine by the best way that works, and waits without blame while none does',
  { timeout: 180_000 },
  async () => {
    await using fleet = await ReadFleet.start()
    await fleet.startVault()
    await poll(() => fleet.countIngested()).toBe(pictures)

    // Nobody may have them before a source is proved.
    await fleet.enqueueReads()
    await fleet.startWorker()
    await poll(() => fleet.countReads()).toEqual({ all: pictures, right: pictures })
    await poll(() => fleet.sources()).toEqual(['smb proved', 'relay proved'])

    // The server goes: what it cannot give comes through the coordinator.
    await fleet.samba.kill()
    await fleet.enqueueReads()
    await poll(() => fleet.countReads()).toEqual({ all: 2 * pictures, right: 2 * pictures })
    await poll(() => fleet.sources()).toEqual(['smb failed', 'relay proved'])

    // The vault goes too: work waits, and nothing is held against it.
    await fleet.stopVault()
    await fleet.enqueueReads()
    await poll(() => fleet.sources()).toEqual(['smb failed', 'relay failed'])
    const waiting = Array.from({ length: pictures }, () => ({ state: 'queued', attempt: 0, failures: 0 }))
    await poll(() => fleet.readJobs()).toEqual(waiting)

    // The server is back: it is tried again by itself, and the work is done.
    await fleet.samba.restart()
    await poll(() => fleet.countReads()).toEqual({ all: 3 * pictures, right: 3 * pictures })
    expect(await fleet.sources()).toContain('smb proved')
  },
)
