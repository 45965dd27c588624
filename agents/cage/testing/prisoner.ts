import { execFileSync } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { type EventEmitter, once } from 'node:events'
import {
  appendFile,
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { connect, createServer, Server } from 'node:net'
import { join } from 'node:path'

/** What a decoder that a hostile file has taken over would try. Sent by the test. */
export type Orders = {
  library: string
  work: string
  key: string
  /** A TCP port of this machine that answers, and a Unix socket that does. */
  port: number
  socket: string
}

/** Each attempt with what came of it: `done`, or the code of the error. */
export type Outcomes = Record<string, string>

const attemptsOf = ({ library, work, key, port, socket }: Orders): Record<string, () => unknown> => ({
  'read a picture': () => readFile(join(library, 'a.jpg')),
  'list the library': () => readdir(library),
  'write a temporary file': () => writeFile(join(work, 'scratch'), 'x'),

  'connect over TCP': () => connected(connect(port, '127.0.0.1')),
  'connect to a service of this machine': () => connected(connect(socket)),
  'ask for a name': () => lookup('example.org'),
  'open a port': () => connected(createServer().listen(0, '127.0.0.1')),

  'read /etc/passwd': () => readFile('/etc/passwd'),
  'read the key': () => readFile(key),
  'read the key through a link': async () => {
    await symlink(key, join(work, 'link'))
    await readFile(join(work, 'link'))
  },
  'give the key another name': () => link(key, join(work, 'key')),
  'look at the environment of its parent': () => readFile(`/proc/${process.ppid}/environ`),
  'send its parent a signal': () => process.kill(process.ppid, 0),
  'run a shell': () => execFileSync('/bin/sh', ['-c', 'true'], { stdio: 'ignore' }),

  'write into a picture': () => appendFile(join(library, 'a.jpg'), 'x'),
  'shorten a picture': () => truncate(join(library, 'a.jpg'), 1),
  'make a file in the library': () => writeFile(join(library, 'new'), 'x'),
  'make a folder in the library': () => mkdir(join(library, 'folder')),
  'remove a picture': () => rm(join(library, 'a.jpg')),
  'rename a picture': () => rename(join(library, 'a.jpg'), join(library, 'b.jpg')),
  'move a picture away': () => rename(join(library, 'a.jpg'), join(work, 'a.jpg')),
  'change the times of a picture': () => utimes(join(library, 'a.jpg'), 0, 0),
  'change the rights to a picture': () => chmod(join(library, 'a.jpg'), 0o777),
})

async function connected(peer: EventEmitter): Promise<void> {
  const started = peer instanceof Server ? 'listening' : 'connect'
  await once(peer, started)
}

process.on('message', async (orders: Orders) => {
  const outcomes: Outcomes = {}
  for (const [name, attempt] of Object.entries(attemptsOf(orders))) {
    try {
      await attempt()
      outcomes[name] = 'done'
    } catch (error) {
      outcomes[name] = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    }
  }
  process.send?.({ outcomes, environment: Object.keys(process.env) })
})
