import { createHmac } from 'node:crypto'
import { type Dialect, dialects } from '../messages/dialect.ts'
import type { CipherId } from '../messages/negotiate-contexts.ts'

export type SessionKeys = {
  signing: Buffer
  /** What this client encrypts with. */
  toServer: Buffer
  fromServer: Buffer
}

/**
 * The keys of a session from the key of its log-in.
 *
 * @param preauthHash of all messages up to the log-in; only 3.1.1 has it
 * @see https://learn.microsoft.com/openspecs/windows_protocols/ms-smb2/da4e579e-02ce-4e27-bbce-3fc816a3ff92
 */
export function deriveKeys(
  dialect: Dialect,
  cipher: CipherId | null,
  sessionKey: Buffer,
  preauthHash: Buffer,
): SessionKeys {
  if (dialect === dialects['2.1'])
    return { signing: sessionKey, toServer: sessionKey, fromServer: sessionKey }
  const of = (label: string, context: Buffer, bytes = 16) => derive(sessionKey, `${label}\0`, context, bytes)
  if (dialect === dialects['3.1.1']) {
    const bytes = cipher === 3 || cipher === 4 ? 32 : 16
    return {
      signing: of('SMBSigningKey', preauthHash),
      toServer: of('SMBC2SCipherKey', preauthHash, bytes),
      fromServer: of('SMBS2CCipherKey', preauthHash, bytes),
    }
  }
  return {
    signing: of('SMB2AESCMAC', Buffer.from('SmbSign\0')),
    toServer: of('SMB2AESCCM', Buffer.from('ServerIn \0')),
    fromServer: of('SMB2AESCCM', Buffer.from('ServerOut\0')),
  }
}

/** SP 800-108 in counter mode with HMAC-SHA256; at most 32 bytes. */
function derive(key: Buffer, label: string, context: Buffer, bytes: number): Buffer {
  const number = (value: number) => {
    const four = Buffer.alloc(4)
    four.writeUInt32BE(value)
    return four
  }
  return createHmac('sha256', key)
    .update(number(1))
    .update(label)
    .update(Buffer.alloc(1))
    .update(context)
    .update(number(bytes * 8))
    .digest()
    .subarray(0, bytes)
}
