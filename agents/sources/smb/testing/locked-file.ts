import { logIn } from '../log-in.ts'
import { access, createOption, decodeCreated, disposition, encodeCreate } from '../messages/create-message.ts'
import { smbCommand } from '../messages/smb-header.ts'
import { encodeTreeConnect } from '../messages/tree-connect-message.ts'
import { SmbConnection } from '../smb-connection.ts'
import { never } from './samba-fixture.ts'
import type { SambaServer } from './samba-server.ts'

/** Opens a file as a program does that lets nobody else in; closed with the returned. */
export async function lockFile(server: SambaServer, name: string): Promise<Disposable> {
  const options = server.options()
  const connection = await SmbConnection.dial(options, never)
  await logIn(connection, options, never)
  const tree = await connection.request(
    { command: smbCommand.treeConnect, body: encodeTreeConnect(options.host, options.share), mustSign: true },
    never,
  )
  const body = encodeCreate({
    name,
    access: access.readData | access.writeData,
    disposition: disposition.open,
    options: createOption.file,
  })
  // What others may do meanwhile: nothing.
  body.writeUInt32LE(0, 32)
  const { message } = await connection.request(
    { command: smbCommand.create, body, treeId: tree.header.treeId },
    never,
  )
  decodeCreated(message)
  return { [Symbol.dispose]: () => connection.close() }
}
