import { expect, test } from 'vitest'
import { errorFields, findLastWords, messagesOf } from './answer-messages.ts'

function message(type: string, text: string): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(4 + Buffer.byteLength(text), 1)
  return Buffer.concat([head, Buffer.from(text)])
}
const error = (severity: string, text: string) =>
  message('E', `S${severity}\0V${severity}\0C53100\0M${text}\0\0`)

test('an answer falls into its messages, an empty one into none', () => {
  const parts = [message('T', 'columns'), message('D', ''), message('Z', 'I')]
  expect(messagesOf(Buffer.concat(parts))).toEqual(parts)
  expect(messagesOf(Buffer.alloc(0))).toEqual([])
})

test('the fields of an error are read, and other messages have none', () => {
  expect(errorFields(error('ERROR', 'no ä'))).toEqual(
    new Map([
      ['S', 'ERROR'],
      ['V', 'ERROR'],
      ['C', '53100'],
      ['M', 'no ä'],
    ]),
  )
  expect(errorFields(message('D', 'row'))).toBeUndefined()
})

test.each([
  ['PANIC', 'could not write to the log'],
  ['FATAL', 'could not write to the log'],
])('after %s the engine has given up', (severity, text) => {
  expect(findLastWords(Buffer.concat([error(severity, text), message('Z', 'I')]))).toBe(text)
})

test('after an error of a statement it has not', () => {
  expect(findLastWords(Buffer.concat([error('ERROR', 'duplicate key'), message('Z', 'I')]))).toBeUndefined()
})
