import { formatLogLine } from './format-log-line.ts'

const WARN = 40
/** Between two plain progress lines, where nothing can be overwritten. */
const PLAIN_INTERVAL_MS = 10_000

/** What the screen writes to: a terminal, or whatever takes text. */
export type TextStream = { isTTY?: boolean; columns?: number; write(text: string): unknown }

/**
 * What a person sees of `npm start`: on a terminal one live line below what has been said, elsewhere
 * plain lines. Everything goes to `stream`, so that standard output stays free for a report.
 */
export class ConsoleScreen {
  readonly #stream: TextStream
  #live = ''
  #plainAt = 0

  constructor(stream: TextStream) {
    this.#stream = stream
  }

  /** A line for people that stays. */
  say(text: string): void {
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`)
      return
    }
    this.#stream.write(`\r\x1b[2K${text}\n${this.#live}`)
  }

  /** A log line of a process: on a terminal only what somebody should know. */
  log(processName: string, line: string): void {
    const formatted = formatLogLine(processName, line, new Date())
    if (!this.#stream.isTTY || formatted.level >= WARN) this.say(formatted.text)
  }

  /** Replaces the live line; elsewhere than on a terminal a line now and then, when it has changed. */
  progress(text: string): void {
    if (text === this.#live) return
    if (this.#stream.isTTY) {
      this.#live = fit(text, this.#stream.columns)
      this.#stream.write(`\r\x1b[2K${this.#live}`)
    } else if (performance.now() >= this.#plainAt) {
      this.#plainAt = performance.now() + PLAIN_INTERVAL_MS
      this.#live = text
      this.#stream.write(`${text}\n`)
    }
  }

  /** Leaves the live line standing and goes below it. */
  end(): void {
    if (this.#stream.isTTY && this.#live) this.#stream.write('\n')
    this.#live = ''
  }
}

function fit(text: string, columns: number | undefined): string {
  // Some terminals say 0 when they do not know.
  const width = (columns || 80) - 1
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}
