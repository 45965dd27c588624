import { fileURLToPath } from 'node:url'
import { forkCaged } from '../fork-caged.ts'
import { openCage } from '../open-cage.ts'

/** Starts a caged process, says its number, and is killed. */
const child = forkCaged(await openCage(), fileURLToPath(new URL('./hungry.ts', import.meta.url)), ['0'], {})
child.once('message', () => console.log(child.pid))
