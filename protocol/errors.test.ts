import { expect, test } from 'vitest'
import { AppError, ErrorBody, type ErrorCode, errorRules, LeaseLostError, toErrorBody } from './errors.ts'

const codes = Object.keys(errorRules) as ErrorCode[]

test.each(codes)('%s has a status of an error', (code) => {
  expect(errorRules[code].status).toBeGreaterThanOrEqual(400)
  expect(errorRules[code].status).toBeLessThan(600)
})

test('what the caller did wrong is not tried again', () => {
  const wrong = codes.filter((code) => [400, 401, 404, 413, 416].includes(errorRules[code].status))
  expect(wrong.filter((code) => errorRules[code].retry !== 'never')).toEqual([])
})

test('what may pass by itself is tried again', () => {
  const passing = codes.filter((code) => [429, 500, 503, 504, 507].includes(errorRules[code].status))
  expect(passing.filter((code) => errorRules[code].retry === 'never')).toEqual([])
})

test('an error of ours travels with its code and details, and without its cause', () => {
  const error = new AppError('not_found', 'No asset 7', { details: { id: 7 }, cause: new Error('secret') })
  expect(toErrorBody(error)).toEqual({ code: 'not_found', message: 'No asset 7', details: { id: 7 } })
  expect(error.cause).toBeInstanceOf(Error)
})

test.each([
  [new Error('boom'), 'boom'],
  ['a text', 'a text'],
  [undefined, 'undefined'],
])('%s becomes an internal error', (thrown, message) => {
  expect(toErrorBody(thrown)).toEqual({ code: 'internal', message })
})

test('a lost lease is an AppError that somebody can catch by its class', () => {
  const error = new LeaseLostError(3)
  expect(error).toBeInstanceOf(AppError)
  expect([error.name, error.code]).toEqual(['LeaseLostError', 'lease_lost'])
})

test('unknown codes are refused at the border', () => {
  expect(ErrorBody.safeParse({ code: 'nope', message: '' }).success).toBe(false)
})
