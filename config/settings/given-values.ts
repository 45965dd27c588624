/** A value that somebody gave for a setting, and where. */
export type Given = { path: string; value: unknown; origin: string }

/**
 * Collects what is given for settings; who comes later wins.
 *
 * A value for an object as a whole (`admin: null`) and values inside it replace one another.
 */
export class GivenValues {
  readonly #byPath = new Map<string, Given>()

  give(given: Given): void {
    for (const path of this.#byPath.keys()) {
      if (path.startsWith(`${given.path}.`) || given.path.startsWith(`${path}.`)) this.#byPath.delete(path)
    }
    this.#byPath.set(given.path, given)
  }

  /** What was given for a setting, or for an object that it is in. */
  find(path: string): Given | undefined {
    for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const given = this.#byPath.get(at)
      if (given !== undefined) return given
    }
    return undefined
  }

  /** All that was given inside an object, as that object. */
  objectAt(section: string): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    for (const { path, value } of this.#byPath.values()) {
      if (!path.startsWith(`${section}.`)) continue
      const words = path.slice(section.length + 1).split('.')
      const last = words.pop()!
      let at = object
      for (const word of words) {
        at[word] ??= {}
        at = at[word] as Record<string, unknown>
      }
      at[last] = value
    }
    return object
  }
}
