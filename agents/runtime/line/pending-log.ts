import { type LogLine, MAX_LOG_LINES } from '../../../protocol/leases.ts'

/**
 * Lines of one job that the coordinator does not have yet: the first of them, and how many were left out after
 * that. What was sent stays until it is known to have arrived; its numbers let it be kept once.
 */
export class PendingLog {
  readonly #lines: LogLine[] = []
  #seq = 0
  #leftOut = 0

  get isEmpty(): boolean {
    return this.#lines.length === 0 && this.#leftOut === 0
  }

  add(line: Omit<LogLine, 'seq'>): void {
    // The last place is for saying how many are missing; after a gap lines are kept again when it has been told.
    if (this.#leftOut > 0 || this.#lines.length >= MAX_LOG_LINES - 1) this.#leftOut += 1
    else this.#push(line)
  }

  /** What a message may carry now, `MAX_LOG_LINES` at most. */
  outgoing(afterMs: number): LogLine[] {
    if (this.#leftOut > 0 && this.#lines.length < MAX_LOG_LINES) {
      this.#push({ afterMs, level: 'warn', message: `… ${this.#leftOut} more lines left out` })
      this.#leftOut = 0
    }
    return [...this.#lines]
  }

  /** The lines up to and including the last of these have arrived. */
  arrived(sent: readonly LogLine[]): void {
    const lastSeq = sent.at(-1)?.seq ?? -1
    while (this.#lines[0] && this.#lines[0].seq <= lastSeq) this.#lines.shift()
  }

  #push(line: Omit<LogLine, 'seq'>): void {
    this.#lines.push({ seq: this.#seq++, ...line })
  }
}
