import { open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Lets everything in a folder reach the disk: files, then the folders that name them. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await syncTree(path)
    else if (entry.isFile()) await syncPath(path, 'r+')
  }
  await syncFolder(folder)
}

/** Makes a file and its name durable. */
export async function syncFile(path: string): Promise<void> {
  await syncPath(path, 'r+')
  await syncFolder(dirname(path))
}

/** Makes the names in a folder durable. Windows keeps them by itself, and cannot be asked. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await syncPath(folder, 'r')
}

async function syncPath(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
