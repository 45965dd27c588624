import { constants, copyFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Of 16 MB each, which is what the embedded database has, in the 4 GB that the last part of a name counts. */
const SEGMENTS_PER_LOG = 256

export type SegmentRange = {
  pgdata: string
  to: string
  first: string
  /** Inclusive. */
  last: string
  /** Names of those that are there already; added to. */
  copied: Set<string>
}

/**
 * Copies a range of WAL segments, without those that were copied before.
 *
 * @returns false when one is gone: a checkpoint has recycled it
 */
export async function copySegments({ pgdata, to, first, last, copied }: SegmentRange): Promise<boolean> {
  for (const name of segmentNames(first, last)) {
    if (copied.has(name)) continue
    try {
      await copyFile(join(pgdata, 'pg_wal', name), join(to, 'pg_wal', name), constants.COPYFILE_FICLONE)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
      throw error
    }
    copied.add(name)
  }
  return true
}

/** All names from one to another, both included; none when the last comes before the first. */
export function segmentNames(first: string, last: string): string[] {
  const timeline = first.slice(0, 8)
  const names: string[] = []
  for (let number = numberOf(first); number <= numberOf(last); number += 1)
    names.push(nameOf(timeline, number))
  return names
}

export function segmentBefore(name: string): string {
  return nameOf(name.slice(0, 8), numberOf(name) - 1)
}

function numberOf(name: string): number {
  return Number.parseInt(name.slice(8, 16), 16) * SEGMENTS_PER_LOG + Number.parseInt(name.slice(16), 16)
}

function nameOf(timeline: string, number: number): string {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0')
  return timeline + hex(Math.floor(number / SEGMENTS_PER_LOG)) + hex(number % SEGMENTS_PER_LOG)
}
