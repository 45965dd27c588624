import { type LoggedIn, type LogInOptions, logIn } from './log-in.ts'
import {
  access,
  type CreateRequest,
  createOption,
  decodeCreated,
  disposition,
  encodeCreate,
  type OpenedFile,
} from './messages/create-message.ts'
import type { FileFacts } from './messages/file-facts.ts'
import { encodeBareMessage, encodeFileMessage } from './messages/file-message.ts'
import { decodeDirectory, encodeQueryDirectory, type SmbEntry } from './messages/query-directory-message.ts'
import { decodeRead, encodeRead } from './messages/read-message.ts'
import { encodeRename } from './messages/rename-message.ts'
import { smbCommand } from './messages/smb-header.ts'
import { decodeTreeConnect, encodeTreeConnect } from './messages/tree-connect-message.ts'
import { decodeWritten, encodeWrite } from './messages/write-message.ts'
import { ntStatus, statusError } from './nt-status.ts'
import { SmbConnection, type SmbReply, type SmbRequest } from './smb-connection.ts'
import { SmbError } from './smb-error.ts'

const LIST_BYTES = 256 * 1024
/** A connection that ends says goodbye, but does not wait for long. */
const GOODBYE_MS = 500

export type SmbTreeOptions = LogInOptions & {
  port: number
  share: string
  /** Longest wait for a connection or an answer. */
  timeoutMs: number
}

/**
 * One share of a server over one connection, logged in. Names have backslashes and are relative to the share.
 * Everything throws `SmbError`, or the signal's reason; what is opened is closed by whoever opened it.
 */
export class SmbTree {
  readonly #connection: SmbConnection
  readonly #options: SmbTreeOptions
  readonly #agreed: LoggedIn
  readonly #treeId: number

  private constructor(connection: SmbConnection, options: SmbTreeOptions, agreed: LoggedIn, treeId: number) {
    this.#connection = connection
    this.#options = options
    this.#agreed = agreed
    this.#treeId = treeId
  }

  static async connect(options: SmbTreeOptions, signal: AbortSignal): Promise<SmbTree> {
    const connection = await SmbConnection.dial(options, signal)
    try {
      const agreed = await logIn(connection, options, signal)
      return new SmbTree(connection, options, agreed, await enterShare(connection, options, signal))
    } catch (error) {
      connection.close()
      throw error
    }
  }

  get isOpen(): boolean {
    return this.#connection.isOpen
  }

  /** What this client and the server agreed on. */
  get agreed(): LoggedIn {
    return this.#agreed
  }

  get isEncrypting(): boolean {
    return this.#connection.security?.isEncrypting ?? false
  }

  /** What one read may ask for now. */
  get readLimitBytes(): number {
    return Math.min(this.#agreed.maxReadBytes, this.#connection.payloadLimitBytes)
  }

  async close(): Promise<void> {
    const signal = AbortSignal.timeout(GOODBYE_MS)
    await this.#send({ command: smbCommand.logoff, body: encodeBareMessage() }, signal).catch(() => undefined)
    this.#connection.close()
  }

  async stat(name: string, signal: AbortSignal): Promise<FileFacts> {
    const opened = await this.#create(name, { access: access.readAttributes, options: 0 }, signal)
    await this.closeFile(opened)
    const { sizeBytes, mtimeUs, kind } = opened
    return { sizeBytes, mtimeUs, kind }
  }

  /** For reading only; others may do with it what they like. */
  async openToRead(name: string, signal: AbortSignal): Promise<OpenedFile> {
    const wanted = access.readData | access.readAttributes | access.synchronize
    const opened = await this.#create(
      name,
      { access: wanted, options: createOption.file | createOption.sequential },
      signal,
    )
    if (opened.kind === 'file') return opened
    await this.closeFile(opened)
    throw new SmbError('refused_by_agent', `${this.#place(name)} is a link; this agent does not follow it`, {
      scope: 'file',
    })
  }

  /** Empty at the end of the file; may be shorter than asked for. */
  async read(file: OpenedFile, offset: number, lengthBytes: number, signal: AbortSignal): Promise<Buffer> {
    const body = encodeRead(file.id, offset, lengthBytes)
    const reply = await this.#send({ command: smbCommand.read, body, payloadBytes: lengthBytes }, signal)
    if (reply.header.status === ntStatus.endOfFile) return Buffer.alloc(0)
    return decodeRead(this.#ok(reply, 'Cannot read').message, lengthBytes)
  }

  /** All entries of a folder, a page at a time. */
  async *list(name: string, signal: AbortSignal): AsyncGenerator<SmbEntry[]> {
    const wanted = access.readData | access.readAttributes | access.synchronize
    const folder = await this.#create(name, { access: wanted, options: createOption.directory }, signal)
    const bytes = Math.min(LIST_BYTES, this.#agreed.maxTransactBytes, this.#connection.payloadLimitBytes)
    try {
      for (let isFirst = true; ; isFirst = false) {
        const body = encodeQueryDirectory(folder.id, isFirst, bytes)
        const reply = await this.#send(
          { command: smbCommand.queryDirectory, body, payloadBytes: bytes },
          signal,
        )
        const { status } = reply.header
        if (status === ntStatus.noMoreFiles || (isFirst && status === ntStatus.noSuchFile)) return
        yield decodeDirectory(this.#ok(reply, `Cannot list ${this.#place(name)}`).message)
      }
    } finally {
      await this.closeFile(folder)
    }
  }

  /** A new file for writing, never one that is there. @throws SmbError `conflict` when the name is taken */
  createNew(name: string, signal: AbortSignal): Promise<OpenedFile> {
    const wanted = access.writeData | access.readAttributes | access.delete | access.synchronize
    return this.#create(
      name,
      { access: wanted, options: createOption.file, disposition: disposition.create },
      signal,
    )
  }

  async write(file: OpenedFile, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const limit = Math.min(this.#agreed.maxWriteBytes, this.#connection.payloadLimitBytes)
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + limit)
      const body = encodeWrite(file.id, at, part)
      const reply = await this.#send({ command: smbCommand.write, body, payloadBytes: part.length }, signal)
      at += decodeWritten(this.#ok(reply, 'Cannot write').message, part.length)
    }
  }

  /** Until the server has it on its disk. */
  async flush(file: OpenedFile, signal: AbortSignal): Promise<void> {
    const body = encodeFileMessage(file.id)
    this.#ok(await this.#send({ command: smbCommand.flush, body }, signal), 'Cannot write to the disk')
  }

  /** Gives an open file another name, and takes the place of what has it. */
  async rename(file: OpenedFile, name: string, signal: AbortSignal): Promise<void> {
    const body = encodeRename(file.id, name)
    const reply = await this.#send({ command: smbCommand.setInfo, body, payloadBytes: body.length }, signal)
    this.#ok(reply, `Cannot replace ${this.#place(name)}`)
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    const options = createOption.file | createOption.deleteOnClose
    await this.closeFile(await this.#create(name, { access: access.delete, options }, signal))
  }

  /** Not waited for by its caller's signal: a file that stays open would block others. */
  async closeFile({ id }: OpenedFile): Promise<void> {
    if (!this.isOpen) return
    const signal = new AbortController().signal
    await this.#send({ command: smbCommand.close, body: encodeFileMessage(id) }, signal).catch(
      () => undefined,
    )
  }

  async #create(
    name: string,
    request: Pick<CreateRequest, 'access' | 'options'> & Partial<CreateRequest>,
    signal: AbortSignal,
  ): Promise<OpenedFile> {
    const body = encodeCreate({ disposition: disposition.open, ...request, name })
    const reply = await this.#send({ command: smbCommand.create, body, payloadBytes: body.length }, signal)
    return decodeCreated(this.#ok(reply, `Cannot open ${this.#place(name)}`).message)
  }

  #send(request: SmbRequest, signal: AbortSignal): Promise<SmbReply> {
    return this.#connection.request({ ...request, treeId: this.#treeId }, signal)
  }

  #ok(reply: SmbReply, what: string): SmbReply {
    if (reply.header.status !== ntStatus.success) throw statusError(reply.header.status, what)
    return reply
  }

  #place(name: string): string {
    const { host, share } = this.#options
    const path = name.replaceAll('\\', '/').toWellFormed()
    return `smb://${host}/${share}${path === '' ? '' : `/${path}`}`
  }
}

/** @returns the tree's id */
async function enterShare(
  connection: SmbConnection,
  { host, share }: SmbTreeOptions,
  signal: AbortSignal,
): Promise<number> {
  const what = `Cannot enter smb://${host}/${share}`
  const body = encodeTreeConnect(host, share)
  const { header, message } = await connection.request(
    { command: smbCommand.treeConnect, body, mustSign: true },
    signal,
  )
  if (header.status !== ntStatus.success) throw entryError(header.status, what)
  const { isDisk, wantsEncryption } = decodeTreeConnect(message)
  if (!isDisk) throw new SmbError('not_found', `${what}: it is no share of files`, { scope: 'share' })
  if (wantsEncryption && !connection.security?.isEncrypting) {
    if (!connection.security?.canEncrypt) {
      throw new SmbError(
        'forbidden',
        `${what}: it wants encryption, which needs SMB 3; raise what the server speaks`,
        {
          scope: 'share',
        },
      )
    }
    connection.security.encrypt()
  }
  return header.treeId
}

/** At the door a refusal is about the account, not about a file. */
function entryError(status: number, what: string): SmbError {
  const error = statusError(status, what)
  if (error.scope !== 'file') return error
  return new SmbError(
    'forbidden',
    `${what}: the account may not enter, or the share wants encryption that was not agreed on; see its permissions on the server`,
    { scope: 'share', status },
  )
}
