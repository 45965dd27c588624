import { expect, test } from 'vitest'
import { findStreamFacts } from './stream-facts.ts'

const video = { codec_type: 'video', codec_name: 'h264', width: 1920, height: 1080 }

test.each([
  ['lying', {}, 1920, 1080],
  ['turned right', { side_data_list: [{ rotation: -90 }] }, 1080, 1920],
  ['turned left', { side_data_list: [{}, { rotation: 90 }] }, 1080, 1920],
  ['upside down', { side_data_list: [{ rotation: 180 }] }, 1920, 1080],
  ['with wide pixels', { width: 720, height: 576, sample_aspect_ratio: '64:45' }, 1024, 576],
  ['without a known aspect', { sample_aspect_ratio: '0:1' }, 1920, 1080],
])('a movie %s has its upright size', (_, more, widthPx, heightPx) => {
  const facts = findStreamFacts({
    streams: [{ codec_type: 'audio' }, { ...video, ...more }],
    format: { duration: '1.5' },
  })
  expect(facts).toEqual({ widthPx, heightPx, durationMs: 1_500, codec: 'h264' })
})

test.each([
  ['nothing', {}],
  ['sound with a cover', { streams: [{ ...video, disposition: { attached_pic: 1 } }] }],
  ['an answer of another shape', { streams: 'none' }],
])('%s is no movie', (_, answer) => {
  expect(findStreamFacts(answer)).toBeUndefined()
})
