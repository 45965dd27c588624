import { z } from 'zod'

/**
 * A path relative to its library's root, `/` between segments, as a string that keeps every byte.
 *
 * File names are bytes, not text. Bytes that are not UTF-8 travel as lone low surrogates
 * U+DC80–U+DCFF, one for each byte, as in Python's `surrogateescape` (PEP 383), so that splitting,
 * joining and comparing names stay string operations and the way back is exact.
 */
export const PathName = z
  .string()
  .max(65_536)
  .refine((path) => !path.includes('\0'), 'must not contain NUL')
  .refine(isEncodable, 'must not contain half characters that no byte could have made')
export type PathName = z.infer<typeof PathName>

function isEncodable(path: string): boolean {
  if (path.isWellFormed()) return true
  // A whole character is a unit of its own under the flag `u`, so that only halves are looked at.
  return !/[\ud800-\udc7f\udd00-\udfff]/u.test(path)
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

/** Reads the bytes of a name; never throws. */
export function decodePathName(bytes: Uint8Array): PathName {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return decodeEscaping(bytes)
  }
}

function decodeEscaping(bytes: Uint8Array): PathName {
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
      at += 1
    } else {
      text += strictDecoder.decode(bytes.subarray(at, at + length))
      at += length
    }
  }
  return text
}

/** Bytes of the well-formed UTF-8 sequence that starts at `at`, or 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length += 1) {
    try {
      strictDecoder.decode(bytes.subarray(at, at + length))
      return length
    } catch {
      // Not complete or not well formed with this many bytes: one more may do.
    }
  }
  return 0
}

/**
 * The exact bytes behind a path name.
 *
 * @throws RangeError when the string holds a surrogate that no byte could have made
 */
export function encodePathName(path: PathName): Uint8Array {
  if (path.isWellFormed()) return encoder.encode(path)
  const parts: Uint8Array[] = []
  let start = 0
  for (let at = 0; at < path.length; at += 1) {
    const unit = path.charCodeAt(at)
    if (unit < 0xd800 || unit > 0xdfff) continue
    if (unit < 0xdc00 && (path.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      at += 1
      continue
    }
    if (unit < 0xdc80 || unit > 0xdcff)
      throw new RangeError(`Not a path name: surrogate U+${unit.toString(16)}`)
    parts.push(encoder.encode(path.slice(start, at)), Uint8Array.of(unit - 0xdc00))
    start = at + 1
  }
  parts.push(encoder.encode(path.slice(start)))
  return concatenate(parts)
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The name as people may see it: undecodable bytes shown as U+FFFD, control and direction marks made visible. */
export function displayPathName(path: PathName): string {
  return path.toWellFormed().replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (mark) => {
    const code = mark.codePointAt(0) ?? 0
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd'
  })
}

/** Joins a folder and a name; the root folder is the empty string. */
export function joinPathName(folder: PathName, name: PathName): PathName {
  return folder === '' ? name : `${folder}/${name}`
}

/** Whether `path` is `folder` or lies below it, by whole segments. */
export function isWithin(folder: PathName, path: PathName): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}
