import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** Larger than any single write of the engine. */
const READ_BUFFER_BYTES = 64 * 1024 * 1024

/**
 * One thing that a process did to the files of its folder, in the order in which it happened.
 *
 * Paths are relative to the folder. `file` numbers one opening of a file or folder. A sync that runs beside
 * the process begins at `sync-start` and holds from `sync-end`; one that the process waits for is both in a
 * row. `answer` is not about files: it is the moment at which clients were told that transactions are safe.
 */
export type DiskEvent =
  | { type: 'open'; file: number; path: string }
  | { type: 'create'; path: string }
  | { type: 'make-folder'; path: string }
  | { type: 'write'; file: number; at: number; bytes: FileBytes }
  | { type: 'truncate'; path: string; sizeBytes: number }
  | { type: 'rename'; from: string; to: string }
  | { type: 'remove'; path: string }
  | { type: 'sync-start'; file: number; sync: number }
  | { type: 'sync-end'; sync: number }
  | { type: 'answer'; acknowledged: string[] }

/** What was written: `data`, or `length` zeros, which are common (new log segments) and not worth keeping. */
export type FileBytes = { length: number; data?: Buffer }

/** Keeps a record in one file: for each event a line of JSON and, after a write, its bytes. */
export class DiskRecordWriter {
  readonly #file: number
  /** The real `writeSync`: the recording process has replaced the one that everybody sees. */
  readonly #write: typeof writeSync

  constructor(path: string, write: typeof writeSync = writeSync) {
    this.#write = write
    this.#file = openSync(path, 'a')
  }

  /** On its way to the disk's cache when this returns: the process may be killed right after. */
  add(event: DiskEvent): void {
    if (event.type !== 'write') {
      this.#append(Buffer.from(`${JSON.stringify(event)}\n`))
      return
    }
    const { data, length } = event.bytes
    const head = { ...event, bytes: { length, kept: data !== undefined } }
    const line = Buffer.from(`${JSON.stringify(head)}\n`)
    this.#append(data ? Buffer.concat([line, data]) : line)
  }

  #append(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += this.#write(this.#file, bytes, at)
  }
}

/** Reads a record from its beginning, event by event. What a kill cut off at the end is left out. */
export function* readDiskRecord(path: string): Generator<DiskEvent> {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(READ_BUFFER_BYTES)
  let position = 0
  try {
    for (;;) {
      const end = readSync(file, buffer, 0, buffer.length, position)
      let at = 0
      for (;;) {
        const lineEnd = buffer.subarray(0, end).indexOf(0x0a, at)
        if (lineEnd < 0) break
        const head = JSON.parse(buffer.toString('utf8', at, lineEnd))
        if (head.type !== 'write') {
          yield head
          at = lineEnd + 1
          continue
        }
        const { length, kept } = head.bytes as { length: number; kept: boolean }
        const next = lineEnd + 1 + (kept ? length : 0)
        if (next > end) break
        const data = kept ? Buffer.from(buffer.subarray(lineEnd + 1, next)) : undefined
        yield { ...head, bytes: { length, data } }
        at = next
      }
      if (at === 0) return
      position += at
    }
  } finally {
    closeSync(file)
  }
}
