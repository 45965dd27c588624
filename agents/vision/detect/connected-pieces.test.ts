import { expect, test } from 'vitest'
import { findPieces } from './connected-pieces.ts'

/** One string a row; a digit is a class. */
const map = (...rows: string[]) => ({
  classOf: Uint8Array.from(rows.join(''), Number),
  heightPx: rows.length,
  widthPx: rows[0]!.length,
})
const find = (...rows: string[]) => {
  const { classOf, heightPx, widthPx } = map(...rows)
  return findPieces(classOf, heightPx, widthPx, (classId) => classId > 0)
}

test('pixels of one class that touch at a side or a corner are one piece', () => {
  const { pieces, pieceOf } = find('1000', '0100', '0011', '1000')
  expect(pieces).toEqual([
    { classId: 1, areaPx: 4, left: 0, top: 0, right: 4, bottom: 3 },
    { classId: 1, areaPx: 1, left: 0, top: 3, right: 1, bottom: 4 },
  ])
  expect([...pieceOf]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0])
})

test('two classes that touch are two pieces', () => {
  expect(find('1122', '1122').pieces.map(({ classId, areaPx }) => [classId, areaPx])).toEqual([
    [1, 4],
    [2, 4],
  ])
})

test('a row does not touch the next one around the edge', () => {
  expect(find('001', '000', '100').pieces).toHaveLength(2)
  expect(find('0001', '1000').pieces).toHaveLength(2)
})

test('a ring is one piece, and what is in it another', () => {
  expect(find('11111', '10001', '10301', '10001', '11111').pieces.map(({ areaPx }) => areaPx)).toEqual([
    16, 1,
  ])
})

test('a map of one class is one piece', () => {
  const side = 513
  const { pieces } = findPieces(new Uint8Array(side * side).fill(7), side, side, () => true)
  expect(pieces).toEqual([{ classId: 7, areaPx: side * side, left: 0, top: 0, right: side, bottom: side }])
})

test('a map of nothing has no piece', () => {
  expect(find('000', '000').pieces).toEqual([])
})
