import { mobileSamSizedDecoder, mobileSamSizedEncoder } from '../../fixtures/onnx/mobilesam-sized.ts'
import { nanoSizedDetector } from '../../fixtures/onnx/nano-sized-detector.ts'
import { writeModel } from '../../fixtures/onnx/write-model.ts'

export const DECODER_FILE = 'decoder.onnx'
export const PROMPTER_ID = 'mobilesam-sized'

/**
 * Puts a promptable model of MobileSAM's size and a small detector into a models folder. Both are made of random numbers
 * and understand nothing.
 *
 * @returns parameters of each file
 */
export async function writeSizedModels(folder: string): Promise<Record<string, number>> {
  const [encoder, decoder, detector] = [mobileSamSizedEncoder(), mobileSamSizedDecoder(), nanoSizedDetector()]
  await writeModel(folder, PROMPTER_ID, {
    task: 'segment',
    parts: {
      encoder: { family: 'sam', file: 'encoder.onnx' },
      decoder: { family: 'sam', file: DECODER_FILE },
    },
    files: { 'encoder.onnx': encoder.bytes, [DECODER_FILE]: decoder.bytes },
  })
  await writeModel(folder, 'nano-sized', {
    task: 'detect',
    parts: {
      detector: { family: 'yolov8', file: 'model.onnx', classes: ['one', 'two', 'three'] },
    },
    files: { 'model.onnx': detector.bytes },
  })
  return { encoder: encoder.parameters, decoder: decoder.parameters, detector: detector.parameters }
}
