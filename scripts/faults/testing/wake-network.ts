import { execFileSync } from 'node:child_process'

/** Networks reserved for examples (RFC 5737): eight addresses for each process and kind. */
const BLOCKS = { near: '198.51.100', far: '203.0.113' }

/**
 * Networks for waking: `near` joins a laptop's network to the coordinator's with one cable; `far` puts a relay with
 * two cards between them, which forwards what is addressed to a machine and no broadcasts, as routers do.
 */
export class WakeNetwork implements Disposable {
  /** Of the coordinator. */
  readonly serverAddress: string
  /** The coordinator's end of the cable. */
  readonly serverInterface: string
  /** Of the last machine before the laptop: the coordinator's, or the relay's. */
  readonly neighbourAddress: string
  readonly laptopMac: string
  readonly #namespaces: string[]
  readonly #laptop: string
  readonly #relay: string | undefined

  constructor(kind: 'near' | 'far') {
    const name = `hw${kind === 'near' ? 'n' : 'f'}${process.pid}`
    const first = (process.pid & 31) * 8
    const address = (last: number) => `${BLOCKS[kind]}.${first + last}`
    this.#laptop = `${name}l`
    this.#relay = kind === 'far' ? `${name}r` : undefined
    this.#namespaces = [this.#laptop, ...(this.#relay ? [this.#relay] : [])]
    this.serverAddress = address(1)
    this.serverInterface = `${name}a`
    for (const namespace of this.#namespaces) {
      ip('netns', 'add', namespace)
      ip('-n', namespace, 'link', 'set', 'lo', 'up')
    }
    cable(this.serverInterface, undefined, address(1), `${name}b`, this.#relay ?? this.#laptop, address(2))
    this.neighbourAddress = this.#relay ? address(5) : this.serverAddress
    if (this.#relay) {
      cable(`${name}c`, this.#relay, address(5), `${name}d`, this.#laptop, address(6))
      ip('netns', 'exec', this.#relay, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
      ip('-n', this.#laptop, 'route', 'add', 'default', 'via', address(5))
      ip('route', 'add', `${address(4)}/30`, 'via', address(2))
    }
    const card = `${name}${this.#relay ? 'd' : 'b'}`
    this.laptopMac = readMac(this.#laptop, card)
  }

  /** A command that runs another one on the laptop. */
  get underLaptop(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#laptop]
  }

  get underRelay(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#relay ?? '']
  }

  [Symbol.dispose](): void {
    // Its cables go with a network, and their other ends and routes with them.
    ip('link', 'del', this.serverInterface)
    for (const namespace of this.#namespaces) ip('netns', 'del', namespace)
  }
}

/** Two ends, each in a network of its own (undefined: this process's), with four addresses between them. */
function cable(
  near: string,
  nearNetwork: string | undefined,
  nearAddress: string,
  far: string,
  farNetwork: string,
  farAddress: string,
): void {
  const at = (network: string | undefined) => (network ? ['-n', network] : [])
  ip(...at(nearNetwork), 'link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', farNetwork)
  ip(...at(nearNetwork), 'address', 'add', `${nearAddress}/30`, 'dev', near)
  ip(...at(farNetwork), 'address', 'add', `${farAddress}/30`, 'dev', far)
  ip(...at(nearNetwork), 'link', 'set', near, 'up')
  ip(...at(farNetwork), 'link', 'set', far, 'up')
}

function readMac(network: string, device: string): string {
  const text = execFileSync('ip', ['-n', network, '-j', 'link', 'show', device], { encoding: 'utf8' })
  return (JSON.parse(text) as { address: string }[])[0]!.address
}

function ip(...parameters: string[]): void {
  execFileSync('ip', parameters, { stdio: ['ignore', 'ignore', 'pipe'] })
}
