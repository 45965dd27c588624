import { fileURLToPath } from 'node:url'
import type { PathName } from '../../protocol/path-name.ts'
import { type CagePart, cageParts, type MissingPart } from './cage-part.ts'
import { cageSteps, type PathRight } from './cage-steps.ts'
import type { SystemCalls } from './system-calls.ts'
import { programPaths } from './system-paths.ts'

const LAUNCHER = fileURLToPath(new URL('./launcher.pl', import.meta.url))
const DEFAULT_DATA_BYTES = 4 * 1024 ** 3

/** How a program is started. */
export type Command = { file: string; args: string[] }

export type CageNeeds = {
  /** Files, and folders with all in them. */
  reads?: readonly PathName[]
  /** Folders in which it may make, change and remove files. Never a library. */
  writes?: readonly string[]
  /** Devices it drives, such as those of a GPU. */
  devices?: readonly string[]
  /** Programs that it starts itself; they are in the same cage. */
  runs?: readonly string[]
  /** It writes files that belong to others as the files beside them do: root keeps its right to, `fchown` works. */
  keepsOwners?: boolean
  /** Memory for data in bytes; default 4 GB. A backstop: whoever starts it watches what it really holds. */
  maxDataBytes?: number
}

/** What makes cages on this machine. */
export type CageMaker = {
  perlPath: string
  calls: SystemCalls
  /** Rights of root that stay, as a bit mask; null when there are none to give up. */
  keepCapabilities: number | null
  /** The same for a program that keeps the owners of files. */
  ownerCapabilities: number | null
}

/**
 * Starts programs so that one that is taken over by a hostile file finds nothing: no network, no file but those it
 * was started for, nothing to write but a temporary folder. `openCage` finds out what this machine can do.
 */
export class Cage {
  /** Parts that cannot be had here. */
  readonly missing: readonly MissingPart[]
  readonly #maker: CageMaker | undefined
  readonly #parts: ReadonlySet<CagePart>

  /** @param maker undefined when programs run as they are */
  constructor(maker: CageMaker | undefined, missing: MissingPart[]) {
    this.#maker = maker
    this.missing = missing
    this.#parts = new Set(cageParts.filter((part) => !missing.some((other) => other.part === part)))
  }

  /** Programs run as they are. */
  static none(reason: string): Cage {
    return new Cage(
      undefined,
      cageParts.map((part) => ({ part, reason })),
    )
  }

  /** The command that runs `command` in this cage. It must be started by the main thread, and ends with this process. */
  around(command: Command, needs: CageNeeds): Command {
    if (this.#maker === undefined || this.#parts.size === 0) return command
    const { perlPath, calls, keepCapabilities, ownerCapabilities } = this.#maker
    const right = (right: PathRight['right'], paths: readonly PathName[] = []): PathRight[] =>
      paths.map((path) => ({ right, path }))
    const steps = cageSteps(
      {
        paths: [
          ...[command.file, ...(needs.runs ?? [])].flatMap(programPaths),
          ...right('read', needs.reads),
          ...right('write', needs.writes),
          ...right('device', needs.devices),
        ],
        maxDataBytes: needs.maxDataBytes ?? DEFAULT_DATA_BYTES,
        keepsOwners: needs.keepsOwners ?? false,
      },
      { calls, parts: this.#parts, parentPid: process.pid, keepCapabilities, ownerCapabilities },
    )
    return { file: perlPath, args: [LAUNCHER, ...steps, '--', command.file, ...command.args] }
  }
}
