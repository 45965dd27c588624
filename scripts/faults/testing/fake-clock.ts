import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findLibrary } from '../../../config/test-environment.ts'

const LIBRARY = 'libfaketimeMT.so.1'

export function canFakeClocks(): boolean {
  return findLibrary(LIBRARY) !== undefined
}

/**
 * A wall clock of a test's own for one process and its children: `env` makes them read it.
 *
 * Only what the clock on the wall shows is faked. The monotonic clock stays right, as it does on a machine whose time
 * is set, and so do the times of files.
 */
export class FakeClock {
  readonly env: Record<string, string>
  readonly #path: string

  /** @param folder for the file that says how wrong the clock is */
  constructor(folder: string, name: string) {
    this.#path = join(folder, `${name}.clock`)
    this.env = {
      LD_PRELOAD: findLibrary(LIBRARY) ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#path,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    }
    this.set(0)
  }

  /** @param minutes how much the clock is fast; negative: slow */
  set(minutes: number): void {
    const draft = `${this.#path}.draft`
    writeFileSync(draft, `${minutes < 0 ? '-' : '+'}${Math.abs(minutes)}m\n`)
    renameSync(draft, this.#path)
  }
}
