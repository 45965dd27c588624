import { expect, test } from 'vitest'
import { cameraName } from './camera-name.ts'

test.each([
  ['Canon', 'Canon EOS R6', 'Canon EOS R6'],
  ['NIKON CORPORATION', 'NIKON D5300', 'Nikon D5300'],
  ['NIKON', 'COOLPIX P6000', 'Nikon COOLPIX P6000'],
  ['FUJIFILM', 'X-T4', 'Fujifilm X-T4'],
  ['SONY', 'ILCE-7M3', 'Sony ILCE-7M3'],
  ['OLYMPUS IMAGING CORP.', 'E-M1', 'Olympus E-M1'],
  ['OLYMPUS CORPORATION', 'C8080WZ', 'Olympus C8080WZ'],
  ['OM Digital Solutions', 'OM-1', 'OM-1'],
  ['EASTMAN KODAK COMPANY', 'KODAK CX7530 ZOOM DIGITAL CAMERA', 'Kodak CX7530 ZOOM DIGITAL CAMERA'],
  ['PENTAX Corporation', 'PENTAX K10D', 'Pentax K10D'],
  ['LEICA CAMERA AG', 'LEICA Q2', 'Leica Q2'],
  ['Konica Minolta Camera, Inc.', 'DiMAGE A200', 'Konica Minolta DiMAGE A200'],
  ['SANYO Electric Co.,Ltd.', 'SR6', 'Sanyo SR6'],
  ['samsung', 'SM-G991B', 'Samsung SM-G991B'],
  ['motorola', 'moto g(9) plus', 'Motorola moto g(9) plus'],
  ['Google', 'Pixel 7', 'Google Pixel 7'],
  ['Apple', 'iPhone 7', 'Apple iPhone 7'],
  ['DJI', 'FC3170', 'DJI FC3170'],
  ['HMD Global', 'Nokia 8.3 5G', 'Nokia 8.3 5G'],
  ['Canon', 'Canonet', 'Canon Canonet'],
  ['Camera', null, 'Camera'],
  [null, 'Pixel 7', 'Pixel 7'],
  [null, null, null],
])('make %j and model %j are %j', (make, model, name) => {
  expect(cameraName(make, model)).toBe(name)
})

test('a name of any length is read at once', () => {
  const start = performance.now()
  expect(cameraName(`A${' '.repeat(60_000)}x`, 'Model')).toMatch(/^A\s+Model$/)
  expect(performance.now() - start).toBeLessThan(100)
})
