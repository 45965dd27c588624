/** Smaller ones are not worth it, and may lie in a block with others. */
const LARGE_BYTES = 64 * 1024

/**
 * Gives back at once the memory of numbers that nobody reads any more; they are gone for whoever still has them.
 *
 * V8 counts such blocks against its own memory, and a few pictures make it look through all of it: left to be collected, the
 * pixels of previews cost a tenth of what decoding them does. Parts of a block are left to be collected.
 */
export function freeBytes({ buffer, byteLength }: ArrayBufferView): void {
  if (!(buffer instanceof ArrayBuffer)) return
  if (byteLength >= LARGE_BYTES && byteLength === buffer.byteLength) buffer.transfer(0)
}
