import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProgram } from './find-program.ts'
import { RecordingContext } from './testing/job-context.ts'
import { type RunningVault, runningVault } from './testing/running-vault.ts'
import { assetsFolder, assetsMissing } from './testing/test-assets.ts'

const hasFfmpeg = (await findProgram('ffmpeg', process.env.PATH ?? '')) !== undefined

describe.skipIf(assetsMissing !== undefined)(
  `real files${assetsMissing ? ` (${assetsMissing})` : ''}`,
  () => {
    let running: RunningVault
    beforeAll(async () => {
      running = await runningVault(assetsFolder)
    })
    afterAll(async () => {
      await running[Symbol.asyncDispose]()
    })

    test.each([
      ['photos/formats/IMG_5195.HEIC', 2_566, 3_313, 1_115, 1_440],
      ['photos/formats/Canon.HIF', 2_400, 1_600, 1_440, 960],
      ['photos/formats/samsung-motion-photo.heic', 3_000, 4_000, 1_080, 1_440],
      ['photos/orientation/avif-orientation-6.avif', 3_024, 4_032, 1_080, 1_440],
      ['photos/formats/pitm.avif', 4_096, 800, 1_440, 281],
      ['photos/formats/cmyk.jpg', 500, 333, 500, 333],
      ['photos/formats/cielab.tiff', 400, 266, 400, 266],
      ['photos/formats/001.tif', 640, 512, 640, 512],
      ['photos/formats/animated.webp', 320, 240, 320, 240],
      ['photos/objects/squat.bmp', 500, 610, 500, 610],
      ['raw/canon_eos_6d.dng', 1_224, 816, 1_024, 683],
      ['raw/Canon-R6-pruned.CR3', 3_408, 2_272, 1_440, 960],
      ['raw/ARW_SLT-A55V_truncated.ARW', 4_928, 3_280, 1_440, 962],
      ['raw/CR2_EOS-1Ds-Mark-III_truncated.CR2', 5_616, 3_744, 1_440, 960],
    ])(
      '%s is %i x %i and its preview %i x %i',
      async (path, widthPx, heightPx, previewWidthPx, previewHeightPx) => {
        const result = await running.ingest(path)
        expect(result).toMatchObject({ media: { kind: 'image', widthPx, heightPx }, problem: null })
        expect(result.derived[0]).toMatchObject({
          kind: 'preview',
          widthPx: previewWidthPx,
          heightPx: previewHeightPx,
        })
      },
    )

    test('a HEIC in Display P3 has the colours that macOS shows, not washed-out ones', async () => {
      const context = new RecordingContext()
      const { derived } = await running.ingest('photos/formats/IMG_5195.HEIC', undefined, context)
      const preview = context.stored.get(derived[0]?.hash ?? '')?.bytes
      if (preview === undefined) throw new Error('no preview')
      expect((await sharp(preview).metadata()).icc).toBeUndefined()
      expect((await sharp(preview).stats()).isOpaque).toBe(true)
    })

    test('a HEIC whose metadata lies behind its pixels still has its date', async () => {
      const { metadata } = await running.ingest('photos/formats/samsung-motion-photo.heic')
      expect(metadata?.tags).toHaveProperty('EXIF:DateTimeOriginal')
    })

    test('a RAW file without a preview says so', async () => {
      expect((await running.ingest('raw/CanonRaw.cr2')).problem?.code).toBe('no_preview')
    })

    test.runIf(hasFfmpeg).each([
      ['video/gopher-video.mp4', 270, 480, 2_411, 'h264'],
      ['video/sample.3gp', 176, 144, 4_933, 'mpeg4'],
      ['video/A7M3.mts', 1_920, 1_080, 544, 'h264'],
      ['video/PXL_20220724_210650210.NIGHT.mp4', 1_920, 1_440, 1_556, 'vp9'],
      ['photos/livephoto/train.mov', 1_440, 1_080, 1_233, 'h264'],
    ])('%s is %i x %i, lasts %i ms, in %s', async (path, widthPx, heightPx, durationMs, codec) => {
      const result = await running.ingest(path)
      expect(result).toMatchObject({
        media: { kind: 'video', widthPx, heightPx, durationMs, codec },
        problem: null,
      })
      expect(result.derived).toHaveLength(3)
    })

    test('without ffmpeg a movie has facts from its tags and says what is missing', async () => {
      await using bare = await runningVault(assetsFolder, { ffmpegPath: null, ffprobePath: null })
      const movie = await bare.ingest('video/gopher-video.mp4')
      expect(movie).toMatchObject({
        media: { kind: 'video', widthPx: 270, heightPx: 480 },
        derived: [],
        problem: { code: 'program_missing', message: expect.stringContaining('apt-get install ffmpeg') },
      })
      expect(movie.media?.durationMs).toBeGreaterThan(2_000)
      const photoshop = await bare.ingest(join('photos', 'formats', 'exiv2-photoshop.psd'))
      expect(photoshop.derived).toHaveLength(3)
      const jpegXl = await bare.ingest('photos/formats/8bit-sRGB.jxl')
      expect(jpegXl.problem).toMatchObject({
        code: 'not_decodable',
        message: expect.stringContaining('ffmpeg'),
      })
    })
  },
)
