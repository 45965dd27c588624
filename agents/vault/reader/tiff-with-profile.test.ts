import sharp from 'sharp'
import { expect, test } from 'vitest'
import { tiffWithProfile } from './tiff-with-profile.ts'

test.each([3, 4] as const)('sharp reads pixels of %i channels and their profile back', async (channels) => {
  const profiled = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#0f0' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
  const profile = (await sharp(profiled).metadata()).icc
  if (profile === undefined) throw new Error('no profile to test with')
  const data = Buffer.alloc(5 * 3 * channels, 200)

  const tiff = tiffWithProfile({ data, widthPx: 5, heightPx: 3, channels }, profile)

  const header = await sharp(tiff).metadata()
  expect(header).toMatchObject({ format: 'tiff', width: 5, height: 3, channels })
  expect(header.icc?.equals(profile)).toBe(true)
})

test('a wide-gamut green becomes the most saturated green of sRGB', async () => {
  const p3 = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
  const profile = (await sharp(p3).metadata()).icc
  if (profile === undefined) throw new Error('no profile to test with')
  const tiff = tiffWithProfile(
    { data: Buffer.from([60, 220, 90]), widthPx: 1, heightPx: 1, channels: 3 },
    profile,
  )
  const [red = 255, green = 0] = await sharp(tiff).toColourspace('srgb').raw().toBuffer()
  expect(red).toBeLessThan(60)
  expect(green).toBeGreaterThan(218)
})
