import { expect, test } from 'vitest'
import { EncodedPictures } from './encoded-pictures.ts'

const key = 'sam a.jpg'

test('who asks while it is being made gets the same, and so does who asks later', async () => {
  const pictures = new EncodedPictures(1_000)
  const { promise, resolve } = Promise.withResolvers<Float32Array>()
  let made = 0
  const make = () => {
    made += 1
    return promise
  }
  const two = [pictures.get(key, true, make), pictures.get(key, true, make)]
  const value = Float32Array.of(1)
  resolve(value)
  expect(await Promise.all(two)).toEqual([value, value])
  expect(await pictures.get(key, false, make)).toBe(value)
  expect(made).toBe(1)
})

test('a click does not wait for what is made for nobody', async () => {
  const pictures = new EncodedPictures(1_000)
  const never = new Promise<never>(() => {})
  void pictures.get(key, false, () => never)
  expect(await pictures.get(key, true, async () => 'mine')).toBe('mine')
})

test('one that was given up is made again for the other who waits', async () => {
  const pictures = new EncodedPictures(1_000)
  const first = pictures.get(key, true, async () => {
    throw new Error('given up')
  })
  const second = pictures.get(key, true, async () => 'made')
  await expect(first).rejects.toThrow('given up')
  expect(await second).toBe('made')
})
