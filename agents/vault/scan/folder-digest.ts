import { createHash } from 'node:crypto'
import { encodePathName } from '../../../protocol/path-name.ts'
import type { ScannedFile } from '../../../protocol/scan.ts'

const DIGEST_BYTES = 16

/**
 * Summary of a folder's media files: equal digests mean that no name, size or time has changed.
 *
 * Each file adds `name NUL size NUL mtimeUs LF` with the exact bytes of its name, in the order of
 * `sortFiles`; a name holds no NUL, so no two listings run together.
 *
 * @param files sorted by `sortFiles`
 * @returns the first 16 bytes of SHA-256 in base64url, 22 characters
 */
export function folderDigest(files: readonly ScannedFile[]): string {
  const hash = createHash('sha256')
  let text = ''
  for (const file of files) {
    const facts = `\0${file.sizeBytes}\0${file.mtimeUs}\n`
    if (file.name.isWellFormed()) {
      text += file.name + facts
    } else {
      hash.update(text).update(encodePathName(file.name)).update(facts)
      text = ''
    }
  }
  return hash.update(text).digest().subarray(0, DIGEST_BYTES).toString('base64url')
}

/** Sorts in place by UTF-16 units: any order would do as long as every scan uses the same. */
export function sortFiles(files: ScannedFile[]): ScannedFile[] {
  return files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
