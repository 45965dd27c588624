/** `CLOSE` and `FLUSH` have one shape: a kind and the open file. */
export function encodeFileMessage(fileId: Buffer): Buffer {
  const body = Buffer.alloc(24)
  body.writeUInt16LE(24, 0)
  fileId.copy(body, 8)
  return body
}

/** `CANCEL` and `LOGOFF` say nothing but themselves. */
export function encodeBareMessage(): Buffer {
  const body = Buffer.alloc(4)
  body.writeUInt16LE(4, 0)
  return body
}
