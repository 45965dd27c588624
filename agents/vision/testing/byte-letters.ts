/**
 * The letter that stands for each byte in byte-level vocabularies: printable Latin-1 for itself, the others, in order,
 * from U+0100 on.
 */
export const byteLetters: readonly string[] = (() => {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++))
})()

/** Bytes in the order in which vocabularies begin: the printable ones first. */
export const bytesInOrder: readonly number[] = (() => {
  const isItself = (byte: number) => byteLetters[byte]!.charCodeAt(0) === byte
  const all = Array.from({ length: 256 }, (_, byte) => byte)
  return [...all.filter(isItself), ...all.filter((byte) => !isItself(byte))]
})()
