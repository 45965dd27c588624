import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { dialects } from '../messages/dialect.ts'
import { openSmbPart } from '../read-stream.ts'
import { SmbShare } from '../smb-share.ts'
import { writeSidecar } from '../write-sidecar.ts'
import { MeddlingProxy } from './meddling-proxy.ts'
import { SambaServer } from './samba-server.ts'

/**
 * Writes `recorded-answers.json`: what a real Samba answered to each command, as hexadecimal. Run it by
 * `node agents/sources/smb/testing/record-answers.ts` when the client asks for something new.
 */
const never = new AbortController().signal
const answers: Record<string, string> = {}

async function record(dialect: number, work: (share: SmbShare) => Promise<unknown>): Promise<void> {
  await using server = await SambaServer.start()
  await mkdir(server.path('media', 'folder'))
  for (const name of ['a.jpg', 'Zoë.heic', 'folder/写真.jpg'])
    await writeFile(server.path('media', name), name)
  await using proxy = await MeddlingProxy.start({
    port: server.port,
    toClient: (message) => {
      const [command, status] = [message.readUInt16LE(12), message.readUInt32LE(8)]
      answers[`${dialect.toString(16)} ${command} ${status.toString(16)}`] ??= message.toString('hex')
      return message
    },
  })
  const share = new SmbShare(
    server.options({ port: proxy.port, dialects: Object.values(dialects).filter((each) => each <= dialect) }),
  )
  await work(share)
  await share.stop()
}

for (const dialect of Object.values(dialects)) {
  await record(dialect, async (share) => {
    await share.list('', never)
    await share.stat('missing.jpg', never).catch(() => undefined)
    await buffer(await openSmbPart(share, { name: 'a.jpg', sizeBytes: 5, start: 0, end: 4 }, never))
    await writeSidecar(share, 'a.xmp', Buffer.from('sidecar'), never)
  })
}
await writeFile(join(import.meta.dirname, 'recorded-answers.json'), `${JSON.stringify(answers, null, 2)}\n`)
