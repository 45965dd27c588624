import { execFileSync } from 'node:child_process'

export type MachineName = 'server' | 'nas' | 'laptop'
const machines: readonly MachineName[] = ['server', 'nas', 'laptop']

/**
 * Three machines on one switch, each with a network of its own and nothing shared but the cable.
 *
 * Network namespaces joined by a bridge; this process has an address on the bridge, as a browser in the house.
 */
export class ThreeNetworks implements Disposable {
  readonly #name = `h3${process.pid}`
  /** 198.18.0.0/15 is reserved for tests (RFC 2544). */
  readonly #prefix = `198.19.${process.pid & 255}`

  constructor() {
    ip('link', 'add', this.#name, 'type', 'bridge')
    ip('address', 'add', `${this.#prefix}.254/24`, 'dev', this.#name)
    ip('link', 'set', this.#name, 'up')
    for (const [index, machine] of machines.entries()) {
      const network = this.#networkOf(machine)
      const [near, far] = [`${this.#name}n${index}`, `${this.#name}f${index}`]
      ip('netns', 'add', network)
      ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', network)
      ip('link', 'set', near, 'master', this.#name, 'up')
      ip('-n', network, 'address', 'add', `${this.addressOf(machine)}/24`, 'dev', far)
      ip('-n', network, 'link', 'set', far, 'up')
      ip('-n', network, 'link', 'set', 'lo', 'up')
    }
  }

  addressOf(machine: MachineName): string {
    return `${this.#prefix}.${machines.indexOf(machine) + 1}`
  }

  /** A command that runs another one on that machine. */
  under(machine: MachineName): readonly string[] {
    return ['ip', 'netns', 'exec', this.#networkOf(machine)]
  }

  [Symbol.dispose](): void {
    for (const machine of machines) ip('netns', 'del', this.#networkOf(machine))
    ip('link', 'del', this.#name)
  }

  #networkOf(machine: MachineName): string {
    return `${this.#name}-${machine}`
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
