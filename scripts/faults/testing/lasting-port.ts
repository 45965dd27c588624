import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections: nobody takes it while its owner is dead. */
const FROM = 15_000
const TO = 30_000

/** A port that a process can have again and again, however often it is killed. */
export async function findLastingPort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM))
    const server = createServer()
    const free = await Promise.race([
      once(server.listen(port, host), 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ])
    server.close()
    if (free) return port
  }
}
