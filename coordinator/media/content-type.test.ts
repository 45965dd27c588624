import { validateHeaderValue } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentDisposition, contentTypeOf } from './content-type.ts'

test.each([
  ['a.JPG', 'image/jpeg', 'inline'],
  ['a.b.mov', 'video/quicktime', 'inline'],
  ['a.svg', 'application/octet-stream', 'attachment'],
  ['a.html', 'application/octet-stream', 'attachment'],
  ['a.jpg.svg', 'application/octet-stream', 'attachment'],
  ['a.xmp', 'application/octet-stream', 'attachment'],
  ['a.heic', 'image/heic', 'attachment'],
  ['a.constructor', 'application/octet-stream', 'attachment'],
  ['jpg', 'application/octet-stream', 'attachment'],
  ['', 'application/octet-stream', 'attachment'],
] as const)('%s is sent as %s, %s', (name, mimeType, disposition) => {
  expect(contentTypeOf(name)).toEqual({ mimeType, disposition })
})

test('a name keeps all its letters and cannot break out of the header', () => {
  expect(contentDisposition('attachment', 'Zoë’s "best" 100%.jpg')).toBe(
    `attachment; filename="Zo__s _best_ 100_.jpg"; filename*=UTF-8''Zo%C3%AB%E2%80%99s%20%22best%22%20100%25.jpg`,
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const header = contentDisposition('inline', name)
      expect(() => validateHeaderValue('content-disposition', header)).not.toThrow()
      const [, plain, encoded] = /^inline; filename="([^"\\]*)"; filename\*=UTF-8''([A-Za-z0-9%._~-]*)$/.exec(
        header,
      )!
      expect(plain!.length).toBe(name.toWellFormed().length)
      expect(decodeURIComponent(encoded!)).toBe(name.toWellFormed())
    }),
  )
})
