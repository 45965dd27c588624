import type { ModelPlace, VisionAnswer, VisionWork } from './messages.ts'

export type NewWork = {
  model: ModelPlace
  work: VisionWork
  isUrgent: boolean
  /** It may have ended the process before: nothing else is in the process with it. */
  isAlone: boolean
  resolve: (answer: VisionAnswer) => void
  reject: (error: unknown) => void
}

export type WorkItem = NewWork & {
  id: number
  /** Called when it is off the queue. */
  settled?: () => void
}

/**
 * What the process that runs models is to do, and what it is doing. Everything is sent at once, so that it always has
 * the next picture; except for suspects, each of which has the process to itself.
 */
export class WorkQueue {
  readonly #waiting = new Map<number, WorkItem>()
  readonly #sent = new Map<number, WorkItem>()
  #lastId = 0

  add(work: NewWork): WorkItem {
    this.#lastId += 1
    const item = { ...work, id: this.#lastId }
    this.#waiting.set(item.id, item)
    return item
  }

  /** Takes what may be sent now; it counts as sent from then on. */
  next(): WorkItem | undefined {
    const [running] = this.#sent.values()
    if (running?.isAlone) return undefined
    const items = [...this.#waiting.values()]
    const suspect = items.find(({ isAlone }) => isAlone)
    // Nothing new until the process is empty and the suspect has had its turn, but for those somebody waits for.
    const next = items.find(({ isUrgent, isAlone }) => isUrgent && !isAlone) ?? suspect ?? items[0]
    if (next === undefined || (next.isAlone && this.#sent.size > 0)) return undefined
    this.#waiting.delete(next.id)
    this.#sent.set(next.id, next)
    return next
  }

  /** In the process now. */
  sent(): WorkItem[] {
    return [...this.#sent.values()]
  }

  /** The process has ended: all that was in it waits again, in its old place. */
  sendAgain(): void {
    const later = [...this.#waiting]
    this.#waiting.clear()
    for (const [id, item] of [...this.#sent, ...later]) this.#waiting.set(id, item)
    this.#sent.clear()
  }

  /** Done, failed, or nobody waits any more. */
  remove(id: number): WorkItem | undefined {
    const item = this.#waiting.get(id) ?? this.#sent.get(id)
    this.#waiting.delete(id)
    this.#sent.delete(id)
    item?.settled?.()
    return item
  }

  takeAll(): WorkItem[] {
    const ids = [...this.#sent.keys(), ...this.#waiting.keys()]
    return ids.flatMap((id) => this.remove(id) ?? [])
  }
}
