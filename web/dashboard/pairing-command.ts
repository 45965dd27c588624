export const systems = ['Linux', 'macOS', 'Windows'] as const
export type System = (typeof systems)[number]

/**
 * What to type in Hearth's folder on a new machine. PowerShell takes a lone `--` for itself, so that npm would not get
 * it: there the program is called directly.
 */
export function pairingCommand(system: System, url: string, code: string): string {
  const program = system === 'Windows' ? 'node scripts/hearth-launcher.js' : 'npm run --silent hearth --'
  return `${program} agent pair ${url} ${code} --run`
}

/**
 * The address that a new machine should use: the one in this page's own address bar, which works already, unless that
 * leads every machine to itself.
 *
 * @param offered addresses that the coordinator knows of itself
 * @returns undefined when no other machine reaches it
 */
export function addressFor(origin: string, offered: readonly string[]): string | undefined {
  const { hostname } = new URL(origin)
  const isOwnMachine = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  return isOwnMachine ? offered[0] : origin
}

/** `9:05` */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1_000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** The part of a code that a person could type; the rest is the certificate's fingerprint. */
export function humanPart(code: string): string {
  return code.split('.')[0] ?? code
}
