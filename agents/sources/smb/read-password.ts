import { readFile, stat } from 'node:fs/promises'
import { SmbError } from './smb-error.ts'

const MAX_BYTES = 4_096
const READABLE_BY_OTHERS = 0o077

/**
 * The password in a file, without the line break at its end. It is in no log and no message.
 *
 * @throws SmbError `unauthenticated` when the file cannot be read, or others can
 */
export async function readPassword(path: string): Promise<string> {
  const facts = await stat(path).catch((cause) => {
    throw unusable(`cannot be read: is it there?`, path, cause)
  })
  if (process.platform !== 'win32' && (facts.mode & READABLE_BY_OTHERS) !== 0) {
    throw unusable('can be read by other users: make it yours alone (chmod 600)', path)
  }
  if (facts.size > MAX_BYTES) throw unusable('is too long for a password', path)
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw unusable('may not be read by the user who runs this agent', path, cause)
  })
  return text.replace(/\r?\n$/, '')
}

function unusable(why: string, path: string, cause?: unknown): SmbError {
  return new SmbError('unauthenticated', `The password file ${path} ${why}`, {
    scope: 'share',
    ...(cause === undefined ? {} : { cause }),
  })
}
