import { AppError } from './errors.ts'

/** Crockford's: no letter that is taken for a digit. */
export const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUP = 4
const SELECTOR_LENGTH = 4
const SECRET_LENGTH = 12

/**
 * What a person carries from the dashboard to the new machine: `K7QM-2X9D-4TBA-QZ3N`, and when the coordinator's
 * certificate is its own, a dot and the fingerprint by which the agent knows it before it says anything.
 */
export type PairingCode = {
  /** Names the code without giving it away: four characters. */
  selector: string
  /** Twelve characters, 60 bits. Never travels. */
  secret: string
  /** See `Fingerprint`. */
  fingerprint: string | null
}

/**
 * How `secret` becomes the key of the exchange: Argon2id, so that somebody who has recorded one needs years to try
 * all secrets, while the code is good for ten minutes.
 */
export const pairingKeyCost = { memoryKib: 65_536, passes: 3, parallelism: 1, keyBytes: 32 } as const

export function formatPairingCode({ selector, secret, fingerprint }: PairingCode): string {
  const groups = `${selector}${secret}`.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []
  return groups.join('-') + (fingerprint === null ? '' : `.${fingerprint}`)
}

/**
 * Reads a code as people type it: in any case, with or without hyphens, O for 0 and I or L for 1.
 *
 * @throws AppError `bad_request`
 */
export function parsePairingCode(text: string): PairingCode {
  const [human = '', ...rest] = text.trim().split('.')
  const plain = human.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  const isCode =
    plain.length === SELECTOR_LENGTH + SECRET_LENGTH &&
    [...plain].every((each) => CODE_ALPHABET.includes(each))
  const [fingerprint] = rest
  const isWhole = fingerprint === undefined || /^[\w-]{43}$/.test(fingerprint)
  if (!isCode || !isWhole || rest.length > 1) {
    throw new AppError(
      'bad_request',
      'This is not a pairing code: copy the whole command from “Add machine” on the dashboard, or type the four groups of four',
    )
  }
  return {
    selector: plain.slice(0, SELECTOR_LENGTH),
    secret: plain.slice(SELECTOR_LENGTH),
    fingerprint: fingerprint ?? null,
  }
}

/** A new code from random bytes, one for each of its 16 characters. */
export function codeFromBytes(bytes: Uint8Array): Pick<PairingCode, 'selector' | 'secret'> {
  const text = [...bytes.subarray(0, SELECTOR_LENGTH + SECRET_LENGTH)]
    .map((byte) => CODE_ALPHABET[byte % CODE_ALPHABET.length])
    .join('')
  return { selector: text.slice(0, SELECTOR_LENGTH), secret: text.slice(SELECTOR_LENGTH) }
}

/**
 * What both sides authenticate with the key of the code, each with its own word, so that neither's proof can be
 * sent back to it.
 *
 * @param statement what the agent signs (`agentStatement`): holds the house, the channel, the nonce and the agent's key
 */
export function pairingTranscript(side: 'agent' | 'coordinator', statement: string, name: string): string {
  return ['hearth pairing', side, statement, name].join('\n')
}

/** What the salt of the key is the hash of: codes of two houses have different keys. */
export function pairingSaltText(house: string, selector: string): string {
  return ['hearth pairing salt', house, selector].join('\n')
}

/**
 * What people compare when an agent asks to be let in without a code. It is over both keys, so that one comparison
 * tells both sides: nobody stands between them.
 */
export function joinFingerprintText(house: string, publicKey: string): string {
  return ['hearth join', house, publicKey].join('\n')
}

/** The first 120 bits of a hash in six groups of four: too many for somebody to find two keys that look alike. */
export function formatFingerprint(hash: Uint8Array): string {
  let bits = 0n
  for (const byte of hash.subarray(0, 15)) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let at = 23n; at >= 0n; at -= 1n) text += CODE_ALPHABET[Number((bits >> (at * 5n)) & 31n)]
  return (text.match(/.{4}/g) ?? []).join('-')
}
