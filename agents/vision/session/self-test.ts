import { Tensor } from 'onnxruntime-node'
import { openWith } from './open-session.ts'
import type { SessionOptions } from './thread-messages.ts'

/**
 * A graph of our own, 8 x 8 pixels in, two numbers out: a 3 x 3 convolution whose weights are `(n % 7 - 3) / 8`, its
 * positive part, its mean. Small enough to be kept here, and what every vision model begins with.
 */
const MODEL = [
  'CAgSBmhlYXJ0aDrAAwpCCgdwaWN0dXJlCgF3CgFiEgFjIgRDb252KhEKBHBhZHNAAUABQAFAAaABByoVCgxrZXJuZWxfc2hhcGVA',
  'A0ADoAEHCgwKAWMSAXIiBFJlbHUKHgoBchIGYW5zd2VyIhFHbG9iYWxBdmVyYWdlUG9vbBIJc2VsZi10ZXN0KugBCAIIAwgDCAMQ',
  'AUIBd0rYAQAAwL4AAIC+AAAAvgAAAAAAAAA+AACAPgAAwD4AAMC+AACAvgAAAL4AAAAAAAAAPgAAgD4AAMA+AADAvgAAgL4AAAC+',
  'AAAAAAAAAD4AAIA+AADAPgAAwL4AAIC+AAAAvgAAAAAAAAA+AACAPgAAwD4AAMC+AACAvgAAAL4AAAAAAAAAPgAAgD4AAMA+AADA',
  'vgAAgL4AAAC+AAAAAAAAAD4AAIA+AADAPgAAwL4AAIC+AAAAvgAAAAAAAAA+AACAPgAAwD4AAMC+AACAvgAAAL4AAAAAAAAAPioR',
  'CAIQAUIBYkoIAACAPgAAAL5aIQoHcGljdHVyZRIWChQIARIQCgIIAQoCCAMKAggICgIICGIgCgZhbnN3ZXISFgoUCAESEAoCCAEK',
  'AggCCgIIAQoCCAFCAhAR',
].join('')

const SIDE_PX = 8
/** As computed by hand in 64 bits. */
const EXPECTED = [0.16882, 0.068147]
/** GPUs may compute with fewer digits. */
const TOLERANCE = 0.01

/**
 * Runs a known picture through a provider: one that loads and then computes nonsense is found out here.
 *
 * @throws when the provider is missing, refuses or is wrong
 */
export async function testProvider(options: SessionOptions): Promise<void> {
  const { session } = await openWith(Buffer.from(MODEL, 'base64'), options)
  try {
    const picture = Float32Array.from({ length: 3 * SIDE_PX * SIDE_PX }, (_, at) => ((at * 37) % 101) / 101)
    const { answer } = await session.run({
      picture: new Tensor('float32', picture, [1, 3, SIDE_PX, SIDE_PX]),
    })
    const numbers = [...((answer?.data ?? []) as Float32Array)]
    const isRight = EXPECTED.every((value, at) => Math.abs(value - (numbers[at] ?? Number.NaN)) < TOLERANCE)
    if (!isRight)
      throw new Error(`its self-test gave ${numbers.join(', ')} instead of ${EXPECTED.join(', ')}`)
  } finally {
    await session.release()
  }
}
