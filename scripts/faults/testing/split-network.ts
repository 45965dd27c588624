import { execFileSync } from 'node:child_process'
import { findProgram } from '../../../config/test-environment.ts'

/** Belongs to no machine: frames sent there arrive and are thrown away by whoever sees them. */
const NOBODY = '02:00:00:00:00:99'

/** How the line is broken. `toAgent` and `toCoordinator`: only what goes that way is lost, which is half-open. */
export type Break = 'both' | 'toAgent' | 'toCoordinator'

/** Whether this process may make networks: as root on Linux, outside of most containers. */
export function canSplitNetworks(): boolean {
  if (process.getuid?.() !== 0 || !findProgram('ip')) return false
  const name = `hf-try-${process.pid}`
  try {
    ip('netns', 'add', name)
    ip('netns', 'del', name)
    return true
  } catch {
    return false
  }
}

/**
 * A network of its own for one agent, joined to the coordinator's by a cable that can be cut.
 *
 * The cable is a veth pair. Cutting it takes the near end down. One direction is broken by giving the sender a
 * wrong hardware address for the other end, so that everything it sends gets lost without an error anywhere; netem,
 * which would do the same, is missing in many kernels.
 */
export class SplitNetwork implements Disposable {
  /** Of the coordinator's end. */
  readonly nearAddress: string
  readonly #farAddress: string
  readonly #name = `hf${process.pid}`
  readonly #near = `${this.#name}a`
  readonly #far = `${this.#name}b`

  constructor() {
    // 198.18.0.0/15 is reserved for tests (RFC 2544); four addresses for each process.
    const block = `198.${18 + ((process.pid >> 14) & 1)}.${(process.pid >> 6) & 255}`
    const first = (process.pid & 63) * 4
    this.nearAddress = `${block}.${first + 1}`
    this.#farAddress = `${block}.${first + 2}`
    ip('netns', 'add', this.#name)
    ip('link', 'add', this.#near, 'type', 'veth', 'peer', 'name', this.#far, 'netns', this.#name)
    ip('address', 'add', `${this.nearAddress}/30`, 'dev', this.#near)
    ip('-n', this.#name, 'address', 'add', `${this.#farAddress}/30`, 'dev', this.#far)
    ip('-n', this.#name, 'link', 'set', this.#far, 'up')
    ip('-n', this.#name, 'link', 'set', 'lo', 'up')
    ip('link', 'set', this.#near, 'up')
  }

  /** A command that runs another one at the far end. */
  get under(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name]
  }

  break(how: Break): void {
    if (how === 'both') ip('link', 'set', this.#near, 'down')
    else if (how === 'toAgent') ip(...this.#misdirect(this.#farAddress, this.#near))
    else ip('-n', this.#name, ...this.#misdirect(this.nearAddress, this.#far))
  }

  heal(how: Break): void {
    if (how === 'both') ip('link', 'set', this.#near, 'up')
    else if (how === 'toAgent') ip('neigh', 'del', this.#farAddress, 'dev', this.#near)
    else ip('-n', this.#name, 'neigh', 'del', this.nearAddress, 'dev', this.#far)
  }

  [Symbol.dispose](): void {
    ip('link', 'del', this.#near)
    ip('netns', 'del', this.#name)
  }

  #misdirect(address: string, device: string): string[] {
    return ['neigh', 'replace', address, 'lladdr', NOBODY, 'dev', device, 'nud', 'permanent']
  }
}

function ip(...parameters: string[]): void {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'] })
}
