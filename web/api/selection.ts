import type { AssetTile } from '../../protocol/assets.ts'
import { MAX_BULK_ASSETS } from '../../protocol/edits.ts'

/** Which pictures are chosen, in the order in which they were, and where a range would begin. */
export class Selection {
  readonly #listeners = new Set<() => void>()
  readonly #advanceListeners = new Set<() => void>()
  #chosen: ReadonlyMap<number, AssetTile> = new Map()
  #anchor: AssetTile | null = null
  #focused: AssetTile | null = null

  get tiles(): readonly AssetTile[] {
    return [...this.#chosen.values()]
  }

  get size(): number {
    return this.#chosen.size
  }

  /** The picture from which Shift selects; the one that was chosen last. */
  get anchor(): AssetTile | null {
    return this.#anchor
  }

  /** The picture of the timeline that has the keyboard; keys change it when none is chosen. */
  get focused(): AssetTile | null {
    return this.#focused
  }

  setFocused(tile: AssetTile | null): void {
    if (tile?.id === this.#focused?.id) return
    this.#focused = tile
    this.#changed()
  }

  /** A new one with every change. */
  get chosen(): ReadonlyMap<number, AssetTile> {
    return this.#chosen
  }

  has(id: number): boolean {
    return this.#chosen.has(id)
  }

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Called when the picture with the focus has been dealt with, and the next one is wanted. */
  onAdvance = (listener: () => void): (() => void) => {
    this.#advanceListeners.add(listener)
    return () => this.#advanceListeners.delete(listener)
  }

  advance(): void {
    for (const listener of this.#advanceListeners) listener()
  }

  toggle(tile: AssetTile): void {
    this.set([tile], !this.has(tile.id), tile)
  }

  /**
   * Chooses or leaves out. More than one edit may change is not chosen at all.
   *
   * @returns false when they would be too many
   */
  set(tiles: readonly AssetTile[], isChosen: boolean, anchor: AssetTile | null = this.#anchor): boolean {
    const chosen = new Map(this.#chosen)
    for (const tile of tiles) {
      if (isChosen) chosen.set(tile.id, tile)
      else chosen.delete(tile.id)
    }
    if (chosen.size > MAX_BULK_ASSETS) return false
    this.#chosen = chosen
    this.#anchor = anchor
    this.#changed()
    return true
  }

  /** What is chosen stays chosen; the server has said that this is true of it now. */
  patch(changes: ReadonlyMap<number, Partial<AssetTile>>): void {
    const patched = (tile: AssetTile) => {
      const change = changes.get(tile.id)
      return change ? { ...tile, ...change } : tile
    }
    this.#chosen = new Map([...this.#chosen].map(([id, tile]) => [id, patched(tile)]))
    this.#anchor &&= patched(this.#anchor)
    this.#focused &&= patched(this.#focused)
    this.#changed()
  }

  clear(): void {
    if (this.#chosen.size === 0) return
    this.#chosen = new Map()
    this.#anchor = null
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
