import { randomBytes } from 'node:crypto'

const UUID_BYTES = 16
/** Of the coordinator's part of an id, in base64url. */
const HOME_LENGTH = 22

/** An id that nobody can guess and that says which coordinator waits for the bytes. */
export function createTransferId(coordinatorId: string): string {
  const home = Buffer.from(coordinatorId.replaceAll('-', ''), 'hex')
  return home.toString('base64url') + randomBytes(24).toString('base64url')
}

/** The id (a UUID) of the coordinator that waits, or of none when nobody has made this id. */
export function homeOfTransfer(transferId: string): string | undefined {
  const bytes = Buffer.from(transferId.slice(0, HOME_LENGTH), 'base64url')
  if (bytes.length !== UUID_BYTES) return undefined
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
