import type { ConsoleScreen } from '../start/console-screen.ts'

/** One word after `hearth`. */
export type Command = {
  /** With examples. */
  usage: string
  /**
   * Says what it does on `screen`; standard output is for `--json` alone.
   *
   * @throws AppError whose sentence is for the person who typed the command
   */
  run(args: readonly string[], screen: ConsoleScreen): Promise<void>
}
