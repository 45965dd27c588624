import { pipeline, type Readable, Transform } from 'node:stream'
import { AppError } from '../../protocol/errors.ts'

/** The same bytes, failing when they are more or fewer than `lengthBytes`. */
export function exactly(bytes: Readable, lengthBytes: number): Readable {
  let passed = 0
  const wrong = () => new AppError('unavailable', `${lengthBytes} bytes were asked for and ${passed} came`)
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length
      if (passed > lengthBytes) done(wrong())
      else done(null, chunk)
    },
    flush(done) {
      done(passed === lengthBytes ? null : wrong())
    },
  })
  // Each of them hears of the other's end; whoever reads hears of it from the last.
  pipeline(bytes, counted, () => undefined)
  return counted
}
