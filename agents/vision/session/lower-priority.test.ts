import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { descendantsOf, listProcesses } from '../../../scripts/bench/process-usage.ts'
import { paintRectangle } from '../testing/paint-rectangle.ts'
import { startTinyVision } from '../testing/start-tiny-vision.ts'

type Thread = { name: string; nice: number }

/** The fields of `/proc/PID/task/TID/stat` after the name, which may hold spaces: nice is the 19th of all. */
function threadsOf(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? []
    return { name, nice: Number(rest.split(' ')[16]) }
  })
}

test.skipIf(process.platform !== 'linux')(
  'what nobody waits for gives way: all threads but the first, through which clicks pass, and that which runs them',
  async () => {
    const t = await startTinyVision(['tiny-yolov8'])
    await t.look('asset.detect', 'tiny-yolov8', await paintRectangle(), {})
    const nice = getPriority()
    const find = () => descendantsOf(t.vision.host.pid!, listProcesses()).flatMap(({ pid }) => threadsOf(pid))
    // One that no look has needed yet may be starting still.
    await expect
      .poll(() => find().filter((thread) => thread.nice < 10))
      .toEqual([
        { name: 'node-MainThread', nice },
        { name: 'WorkerThread', nice },
      ])
    expect(find().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['node-MainThread', 'libuv-worker', 'libvips worker']),
    )
  },
)
