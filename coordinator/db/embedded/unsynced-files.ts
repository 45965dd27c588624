import { dirname } from 'node:path'

/**
 * Which files and folders have changed since they last reached the disk.
 *
 * A file's content and the entry that leads to it are two things: whoever syncs a new file alone may find,
 * after a power failure, a folder that does not know of it.
 */
export class UnsyncedFiles {
  readonly files = new Set<string>()
  readonly folders = new Set<string>()

  changed(path: string): void {
    this.files.add(path)
  }

  created(path: string): void {
    this.files.add(path)
    this.folders.add(dirname(path))
  }

  createdFolder(path: string): void {
    this.folders.add(path)
    this.folders.add(dirname(path))
  }

  renamed(from: string, to: string): void {
    if (this.files.delete(from)) this.files.add(to)
    this.folders.add(dirname(from))
    this.folders.add(dirname(to))
  }

  removed(path: string): void {
    this.files.delete(path)
    this.folders.delete(path)
    this.folders.add(dirname(path))
  }

  synced(path: string): void {
    this.files.delete(path)
    this.folders.delete(path)
  }
}
