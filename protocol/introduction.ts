import { z } from 'zod'

/** An Ed25519 public key: raw 32 bytes, base64url. */
export const PublicKey = z.base64url().length(43)
/** An Ed25519 signature, base64url. */
export const Signature = z.base64url().length(86)
/** 32 random bytes, made for one connection, base64url. */
export const Nonce = z.base64url().min(32).max(64)
/** SHA-256 of a TLS certificate as it travels (DER), base64url. */
export const Fingerprint = z.base64url().length(43)

/**
 * First words of the coordinator. What the agent says next is signed over `nonce` and `house`, so that it is worth
 * nothing on another connection and nothing at another house.
 *
 * A house is the coordinators on one database; it has one key, which an agent learns when it is let in.
 */
export const Challenge = z.object({
  nonce: Nonce,
  /** Absent before version 3. */
  house: PublicKey.optional(),
  versions: z.object({ oldest: z.int(), newest: z.int() }).default({ oldest: 2, newest: 2 }),
})
export type Challenge = z.infer<typeof Challenge>

/** How an agent says who it is, whatever it comes for. */
export const Introduction = z.object({
  protocolVersion: z.int(),
  agentVersion: z.string().max(64),
  name: z.string().min(1).max(64),
  publicKey: PublicKey,
  /** The coordinator signs it in its answer, and so proves that it holds the key of the house. */
  nonce: Nonce,
  /** Over `agentStatement`. */
  signature: Signature,
})
export type Introduction = z.infer<typeof Introduction>

/** What the agent has come for. A signature made for one is not good for another. */
export type Purpose = 'hello' | 'pair' | 'join' | 'identify'

export type Statement = {
  purpose: Purpose
  /** Public key of the house that is meant. */
  house: string
  /**
   * Fingerprint of the certificate that the agent has pinned and seen on this connection, or empty: then either
   * a certificate authority vouches for it, or there is no TLS.
   */
  channel: string
  /** Of the side that is to be convinced. */
  nonce: string
  /** Of the agent. */
  publicKey: string
}

/** What the agent signs to prove its key. No part can hold a line feed, so that it reads in one way only. */
export function agentStatement({ purpose, house, channel, nonce, publicKey }: Statement): string {
  return ['hearth agent', purpose, house, channel, nonce, publicKey].join('\n')
}

/** What the coordinator signs in its answer. */
export function houseStatement({ purpose, house, channel, nonce, publicKey }: Statement): string {
  return ['hearth house', purpose, house, channel, nonce, publicKey].join('\n')
}
