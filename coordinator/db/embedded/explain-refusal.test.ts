import { expect, test } from 'vitest'
import { explainRefusal } from './explain-refusal.ts'

function message(type: string, text: string): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(4 + Buffer.byteLength(text), 1)
  return Buffer.concat([head, Buffer.from(text)])
}
const error = (code: string, text: string) => message('E', `SERROR\0VERROR\0C${code}\0M${text}\0\0`)
const ready = message('Z', 'I')

test('a refused write hears why, with the code of a full disk', () => {
  const answer = Buffer.concat([error('25006', 'cannot execute INSERT in a read-only transaction'), ready])
  expect(explainRefusal(answer, 'The disk is full')).toEqual(
    Buffer.concat([error('53100', 'The disk is full'), ready]),
  )
})

test('other answers stay as they are', () => {
  const answer = Buffer.concat([message('D', 'row'), error('23505', 'duplicate key'), ready])
  expect(explainRefusal(answer, 'The disk is full')).toEqual(answer)
})
