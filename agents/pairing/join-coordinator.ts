import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, toErrorBody } from '../../protocol/errors.ts'
import { formatFingerprint, joinFingerprintText } from '../../protocol/pairing-code.ts'
import type { AgentKey } from '../runtime/agent-key.ts'
import { readHostFacts } from '../runtime/host-facts.ts'
import type { KnownCoordinator } from '../runtime/introduce.ts'
import { askAtDoor } from './ask-at-door.ts'
import { type Pairing, writePairing } from './pairing-file.ts'
import { readCertificate } from './read-certificate.ts'

const ASK_INTERVAL_MS = 3_000

export type JoinOptions = {
  url: string
  name: string
  key: AgentKey
  stateFolder: string
  /** Told once, when the coordinator has heard: people compare it with the dashboard's. */
  onWaiting: (fingerprint: string) => void
  signal: AbortSignal
  askIntervalMs?: number
}

/**
 * Asks to be let in and waits until a person has decided. It holds on to the key and the certificate that it has met
 * first; that these are the coordinator's is what comparing the fingerprint shows.
 *
 * asking → waiting: the coordinator has heard. waiting → waiting: asked again every few seconds, also when it cannot be
 * reached. waiting → joined: approved. any → over: refused, or the signal.
 *
 * @throws AppError `forbidden` when it is refused; the signal's reason
 */
export async function joinCoordinator(options: JoinOptions): Promise<Pairing> {
  const { url, name, key, stateFolder, onWaiting, signal, askIntervalMs = ASK_INTERVAL_MS } = options
  const seen = await readCertificate(url)
  const fingerprint = seen === null || seen.isTrusted ? null : seen.fingerprint
  const coordinator: KnownCoordinator = { house: null, fingerprint }
  const ask = () =>
    askAtDoor({ url, key, name, coordinator }, 'join', ({ introduction }) => ({
      ...introduction,
      facts: readHostFacts(),
    }))
  for (;;) {
    const asked = await ask().catch((error: unknown) => {
      // Once it has been heard, a coordinator that is away comes back.
      if (coordinator.house !== null && toErrorBody(error).code === 'unavailable') return undefined
      throw error
    })
    if (asked) {
      const { answer, introduced } = asked
      if (answer.state === 'refused') {
        throw new AppError(
          'forbidden',
          `Agent "${name}" has been refused: ask whoever runs this Hearth for a code`,
        )
      }
      if (coordinator.house === null) onWaiting(joinFingerprint(introduced.house, key.publicKey))
      coordinator.house = introduced.house
      if (answer.state === 'approved') {
        const pairing: Pairing = { urls: [new URL(url).origin], house: introduced.house, fingerprint, name }
        writePairing(stateFolder, pairing)
        return pairing
      }
    }
    await sleep(askIntervalMs, undefined, { signal })
  }
}

/** What the dashboard shows as well, over both keys. */
export function joinFingerprint(house: string, publicKey: string): string {
  return formatFingerprint(hash('sha256', joinFingerprintText(house, publicKey), 'buffer'))
}
