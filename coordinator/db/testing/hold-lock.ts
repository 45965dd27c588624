import { lockFolder } from '../embedded/folder-lock.ts'

/** A process that tries to take a folder's lock, says how it went, and holds it until it is ended. */
const [folder = '', waitMs = '0'] = process.argv.slice(2)
try {
  await lockFolder(folder, 'data', Number(waitMs))
  process.send?.({ won: true })
  setInterval(() => {}, 60_000)
} catch (error) {
  process.send?.({ won: false, message: error instanceof Error ? error.message : String(error) })
}
process.on('disconnect', () => process.exit(0))
