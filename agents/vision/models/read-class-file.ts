import { open } from 'node:fs/promises'
import { AppError } from '../../../protocol/errors.ts'

const MAX_BYTES = 4 * 1024 * 1024
const MAX_CLASSES = 20_000
const MAX_NAME = 128

/**
 * Names of classes from a file, one a line, the first for class 0. Empty lines at the end are none.
 *
 * @throws AppError `model_broken` when it is no such list
 */
export async function readClassFile(path: string): Promise<string[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (size > MAX_BYTES) throw wrong(path, `has ${size} bytes`)
    return parseClasses(await file.readFile('utf8'), path)
  } finally {
    await file.close()
  }
}

function parseClasses(text: string, path: string): string[] {
  const names = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim())
  if (names.length > MAX_CLASSES) throw wrong(path, `has more than ${MAX_CLASSES} lines`)
  const long = names.findIndex((name) => name === '' || name.length > MAX_NAME)
  if (long >= 0) throw wrong(path, `line ${long + 1} is no name`)
  return names
}

function wrong(path: string, reason: string): AppError {
  return new AppError('model_broken', `${path} is no list of classes: it ${reason}`)
}
