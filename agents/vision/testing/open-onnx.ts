import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Session, Tensor, TensorShape } from '../session/session.ts'

/** An ONNX file in this very process: tests of families need neither batches nor a child that may die. */
export async function openOnnx(file: string | Uint8Array): Promise<Session> {
  const opened = await InferenceSession.create(file as string, { logSeverityLevel: 3 })
  const shapes = (metadata: InferenceSession['inputMetadata']): TensorShape[] =>
    metadata.map((value) => {
      if (!value.isTensor) throw new Error(`${value.name} is no tensor`)
      return { name: value.name, type: value.type, dims: value.shape }
    })
  return {
    inputs: shapes(opened.inputMetadata),
    outputs: shapes(opened.outputMetadata),
    async run(feeds) {
      const asked = Object.entries(feeds).map(([name, { type, data, dims }]) => {
        return [name, new OrtTensor(type, data as Float32Array, dims)] as const
      })
      const answer = await opened.run(Object.fromEntries(asked))
      return Object.fromEntries(
        Object.entries(answer).map(([name, { type, data, dims }]) => [name, { type, data, dims } as Tensor]),
      )
    },
  }
}
