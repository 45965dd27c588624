import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { AppError } from '../../protocol/errors.ts'

/**
 * Checks the folders that are to become libraries, and gives their real paths.
 *
 * @throws AppError `bad_request` with one sentence about the first that cannot be one
 */
export function checkFolders(paths: readonly string[], dataFolder: string): string[] {
  const data = realPathOfPlanned(dataFolder)
  const folders: string[] = []
  for (const path of paths) {
    const folder = requireReadableFolder(path)
    if (contains(data, folder))
      throw wrong(path, `lies inside Hearth's data folder ${dataFolder}: give the folder with the pictures`)
    if (contains(folder, data))
      throw wrong(path, `contains Hearth's data folder ${dataFolder}: choose another data folder with --data`)
    const overlapping = folders.find((other) => contains(other, folder) || contains(folder, other))
    if (overlapping === folder) continue
    if (overlapping) throw wrong(path, `and ${overlapping} lie inside one another: give only the outer one`)
    folders.push(folder)
  }
  return folders
}

function requireReadableFolder(path: string): string {
  let folder: string
  try {
    folder = realpathSync(path)
    if (!statSync(folder).isDirectory()) throw wrong(path, 'is a file: give the folder that it is in')
    accessSync(folder, constants.R_OK | constants.X_OK)
  } catch (error) {
    if (error instanceof AppError) throw error
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT')
      throw wrong(path, 'does not exist: check the spelling, and that its disk is mounted')
    if (code === 'EACCES' || code === 'EPERM') {
      throw wrong(path, 'may not be read by this user: give read permission, or start Hearth as its owner')
    }
    throw wrong(path, `cannot be opened (${error instanceof Error ? error.message : error})`)
  }
  return folder
}

/** The real path that a folder has or will have once it is made. */
function realPathOfPlanned(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPathOfPlanned(parent), path.slice(parent.length))
  }
}

function contains(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)
}

function wrong(path: string, problem: string): AppError {
  return new AppError('bad_request', `${path} ${problem}`)
}
