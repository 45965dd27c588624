import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { encodePathName, type PathName } from '../../../../protocol/path-name.ts'

export const EXCHANGE_SCRIPT = fileURLToPath(new URL('./exchange.pl', import.meta.url))

/** `renameat2`, by processor. */
const callNumbers: Partial<Record<string, number>> = { x64: 316, arm64: 276 }
/** Of file systems that cannot do it: FAT, NFS, SMB, some in user space. And of a kernel or cage without the call. */
const unsupported: ReadonlySet<number> = new Set([
  ...[constants.errno.EINVAL, constants.errno.ENOSYS, constants.errno.EOPNOTSUPP, constants.errno.ENOTSUP],
  constants.errno.EPERM,
])

/**
 * Swaps two names of one folder in one step, so that whatever lay there in that moment gets the other name: nothing
 * that another program has just written is lost. A small Perl beside this process, because Node has no such call.
 */
export class Exchanger {
  readonly #child: ChildProcess | null
  readonly #call: number
  readonly #waiting: ((errno: number) => void)[] = []

  /** @param folder descriptor of the open folder */
  constructor(perlPath: string, folder: number) {
    this.#call = callNumbers[process.arch] ?? 0
    this.#child =
      process.platform === 'linux' && this.#call > 0
        ? spawn(perlPath, [EXCHANGE_SCRIPT], { stdio: ['pipe', 'pipe', 'ignore', folder] })
        : null
    const giveUp = () => {
      for (const resolve of this.#waiting.splice(0)) resolve(constants.errno.ENOSYS)
    }
    this.#child?.on('error', giveUp)
    this.#child?.once('exit', giveUp)
    this.#child?.stdin?.on('error', giveUp)
    if (this.#child?.stdout) {
      createInterface(this.#child.stdout).on('line', (line) => this.#waiting.shift()?.(Number(line)))
    }
  }

  /**
   * @returns false when this file system cannot do it
   * @throws an error with a code, as `node:fs` does
   */
  async swap(one: PathName, other: PathName): Promise<boolean> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.pid === undefined) return false
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#waiting.push(resolve)
    const hex = (name: PathName) => Buffer.from(encodePathName(name)).toString('hex')
    child.stdin?.write(`${this.#call} ${hex(one)} ${hex(other)}\n`)
    const errno = await promise
    if (errno === 0) return true
    if (unsupported.has(errno)) return false
    const code = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`
    throw Object.assign(new Error(`${code}: swapping two names`), { code })
  }
}
