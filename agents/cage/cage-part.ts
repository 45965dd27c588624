/**
 * What a cage is made of. `limits`: memory, files and a parent to die with. `privileges`: none to gain, and none of
 * root's. `files`: only what is named can be opened. `network`: no sockets, and no calls that a decoder
 * does not need.
 */
export const cageParts = ['limits', 'privileges', 'files', 'network'] as const
export type CagePart = (typeof cageParts)[number]

/** A part that cannot be had on this machine. */
export type MissingPart = {
  part: CagePart
  /** Why, and where the owner can do something about it, what. */
  reason: string
}
