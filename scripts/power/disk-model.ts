import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { DiskEvent, FileBytes } from './disk-record.ts'
import { FileContent } from './file-content.ts'

/** A change of a file's content that may or may not be on the disk. */
export type FileChange = { order: number } & (
  | { type: 'write'; at: number; bytes: FileBytes }
  | { type: 'truncate'; sizeBytes: number }
)

/** A change of a folder's entries that may or may not be on the disk. `node` is what the name stands for. */
export type FolderChange = { order: number } & (
  | { type: 'add'; name: string; node: number }
  | { type: 'rename'; from: string; to: string; node: number }
  | { type: 'remove'; name: string }
)

export type FileNode = { type: 'file'; durable: FileContent; pending: FileChange[] }
export type FolderNode = {
  type: 'folder'
  /** What the process sees. */
  live: Map<string, number>
  durable: Map<string, number>
  pending: FolderChange[]
}
export type DiskNode = FileNode | FolderNode

export const ROOT_NODE = 0

/**
 * What is certainly on a disk, and what may be, while a record of a process is played.
 *
 * The rules are those that POSIX promises and no more: a sync of a file makes its content and size durable
 * as they were when the sync began; a sync of a folder makes its entries durable. The entry of a new file is
 * durable only after a sync of its folder, whatever ext4 does beyond that. A rename within one folder is
 * there or not, never half.
 */
export class DiskModel {
  readonly nodes = new Map<number, DiskNode>([[ROOT_NODE, emptyFolder()]])
  readonly #openings = new Map<number, number>()
  readonly #syncs = new Map<number, { node: number; startedAt: number }>()
  #lastNode = ROOT_NODE
  #order = 0

  /** @throws Error for an event that does not fit what is there: then the record has a gap */
  apply(event: DiskEvent): void {
    this.#order += 1
    switch (event.type) {
      case 'open':
        this.#openings.set(event.file, this.#find(event.path))
        return
      case 'create':
        this.#add(event.path, { type: 'file', durable: new FileContent(), pending: [] })
        return
      case 'make-folder':
        this.#add(event.path, emptyFolder())
        return
      case 'write': {
        const { at, bytes } = event
        this.#changeFile(this.#openings.get(event.file), { order: this.#order, type: 'write', at, bytes })
        return
      }
      case 'truncate': {
        const { sizeBytes } = event
        this.#changeFile(this.#find(event.path), { order: this.#order, type: 'truncate', sizeBytes })
        return
      }
      case 'rename':
        this.#rename(event.from, event.to)
        return
      case 'remove': {
        const { folder, name } = this.#place(event.path)
        folder.live.delete(name)
        folder.pending.push({ order: this.#order, type: 'remove', name })
        return
      }
      case 'sync-start':
        this.#syncs.set(event.sync, { node: this.#openings.get(event.file)!, startedAt: this.#order })
        return
      case 'sync-end':
        this.#endSync(event.sync)
        return
      case 'answer':
        return
    }
  }

  /** A disk that holds what is below a folder, all of it durable. */
  static of(folder: string): DiskModel {
    const model = new DiskModel()
    const add = (below: string) => {
      for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
        const path = posix.join(below, entry.name)
        if (entry.isDirectory()) {
          model.#add(path, emptyFolder())
          add(path)
        } else if (entry.isFile()) {
          const content = new FileContent(readFileSync(join(folder, path)))
          model.#add(path, { type: 'file', durable: content, pending: [] })
        }
      }
    }
    add('.')
    for (const node of model.nodes.values()) settleNode(node, Number.POSITIVE_INFINITY)
    return model
  }

  #endSync(sync: number): void {
    const { node, startedAt } = this.#syncs.get(sync)!
    this.#syncs.delete(sync)
    const synced = this.nodes.get(node)
    if (!synced) return
    const before = synced.type === 'folder' ? [...synced.durable.values()] : []
    settleNode(synced, startedAt)
    if (synced.type !== 'folder') return
    const kept = new Set([...synced.live.values(), ...synced.durable.values()])
    // Nothing leads to them any more: their content need not be kept.
    for (const gone of before) if (!kept.has(gone)) this.nodes.delete(gone)
  }

  #changeFile(id: number | undefined, change: FileChange): void {
    const node = id === undefined ? undefined : this.nodes.get(id)
    // A file that is open may have been removed.
    if (node?.type === 'file') node.pending.push(change)
  }

  #add(path: string, node: DiskNode): void {
    const { folder, name } = this.#place(path)
    const id = ++this.#lastNode
    this.nodes.set(id, node)
    folder.live.set(name, id)
    folder.pending.push({ order: this.#order, type: 'add', name, node: id })
  }

  #rename(fromPath: string, toPath: string): void {
    const from = this.#place(fromPath)
    const to = this.#place(toPath)
    if (from.folder !== to.folder) throw new Error(`A rename between folders, to ${toPath}, is not modelled`)
    const node = this.#find(fromPath)
    from.folder.live.delete(from.name)
    from.folder.live.set(to.name, node)
    from.folder.pending.push({ order: this.#order, type: 'rename', from: from.name, to: to.name, node })
  }

  #place(path: string): { folder: FolderNode; name: string } {
    const folder = this.nodes.get(this.#find(posix.dirname(path)))
    if (folder?.type !== 'folder') throw new Error(`${path} is in no folder`)
    return { folder, name: posix.basename(path) }
  }

  #find(path: string): number {
    let id = ROOT_NODE
    for (const name of path.split('/')) {
      if (name === '' || name === '.') continue
      const node = this.nodes.get(id)
      const next = node?.type === 'folder' ? node.live.get(name) : undefined
      if (next === undefined) throw new Error(`The record has a gap: nothing made ${path}`)
      id = next
    }
    return id
  }
}

export function changeEntries(entries: Map<string, number>, change: FolderChange): void {
  if (change.type === 'add') entries.set(change.name, change.node)
  else if (change.type === 'remove') entries.delete(change.name)
  else {
    entries.delete(change.from)
    entries.set(change.to, change.node)
  }
}

export function changeContent(content: FileContent, change: FileChange): void {
  if (change.type === 'truncate') content.resize(change.sizeBytes)
  else content.write(change.at, change.bytes)
}

function emptyFolder(): FolderNode {
  return { type: 'folder', live: new Map(), durable: new Map(), pending: [] }
}

function settleNode(node: DiskNode, until: number): void {
  if (node.type === 'file') {
    for (const change of node.pending) {
      if (change.order < until) changeContent(node.durable, change)
    }
    node.pending = node.pending.filter((change) => change.order >= until)
  } else {
    for (const change of node.pending) if (change.order < until) changeEntries(node.durable, change)
    node.pending = node.pending.filter((change) => change.order >= until)
  }
}
