import { open } from 'node:fs/promises'
import { join } from 'node:path'

const SHUT_DOWN = 1
const READ_BYTES = 40

export type ControlFile = {
  systemIdentifier: string
  /** It was stopped in order: the last checkpoint holds everything. */
  stopped: boolean
  /** Where the last checkpoint's record lies in the WAL, as Postgres writes it: `0/2000080`. */
  checkpoint: string
}

/**
 * Reads the beginning of `global/pg_control`, which has been the same in every version since 9.4, so that it
 * can be read without an engine of the folder's version.
 *
 * @see https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_control.h
 */
export async function readControlFile(pgdata: string): Promise<ControlFile> {
  const file = await open(join(pgdata, 'global', 'pg_control'))
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(READ_BYTES), position: 0 })
    if (bytesRead < READ_BYTES) throw new RangeError(`${pgdata} has a control file of ${bytesRead} bytes`)
    const position = buffer.readBigUInt64LE(32)
    const hex = (value: bigint) => value.toString(16).toUpperCase()
    return {
      systemIdentifier: buffer.readBigUInt64LE(0).toString(),
      stopped: buffer.readInt32LE(16) === SHUT_DOWN,
      checkpoint: `${hex(position >> 32n)}/${hex(position & 0xffffffffn)}`,
    }
  } finally {
    await file.close()
  }
}
