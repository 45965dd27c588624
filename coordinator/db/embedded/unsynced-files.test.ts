import { expect, test } from 'vitest'
import { UnsyncedFiles } from './unsynced-files.ts'

const state = ({ files, folders }: UnsyncedFiles) => ({
  files: [...files].sort(),
  folders: [...folders].sort(),
})

test('a new file is two things to sync: its content, and its name in the folder', () => {
  const unsynced = new UnsyncedFiles()
  unsynced.created('/d/base/5/1234')
  expect(state(unsynced)).toEqual({ files: ['/d/base/5/1234'], folders: ['/d/base/5'] })
  unsynced.synced('/d/base/5/1234')
  expect(state(unsynced)).toEqual({ files: [], folders: ['/d/base/5'] })
  unsynced.synced('/d/base/5')
  expect(state(unsynced)).toEqual({ files: [], folders: [] })
})

test('a renamed file keeps what is not synced of it', () => {
  const unsynced = new UnsyncedFiles()
  unsynced.changed('/d/pg_wal/temporary')
  unsynced.renamed('/d/pg_wal/temporary', '/d/pg_wal/1')
  expect(state(unsynced)).toEqual({ files: ['/d/pg_wal/1'], folders: ['/d/pg_wal'] })
  unsynced.synced('/d/pg_wal/1')
  unsynced.renamed('/d/pg_wal/1', '/d/pg_wal/2')
  expect(unsynced.files).toEqual(new Set())
})

test('of a removed file only the folder is to sync', () => {
  const unsynced = new UnsyncedFiles()
  unsynced.changed('/d/base/5/1234')
  unsynced.removed('/d/base/5/1234')
  expect(state(unsynced)).toEqual({ files: [], folders: ['/d/base/5'] })
})

test('a new folder is to sync, and so is the one it is in', () => {
  const unsynced = new UnsyncedFiles()
  unsynced.createdFolder('/d/base/6')
  expect(state(unsynced)).toEqual({ files: [], folders: ['/d/base', '/d/base/6'] })
})
