import { open } from 'node:fs/promises'
import { inspectOnnx, type OnnxReading } from './inspect-onnx.ts'

/** Looks at an ONNX file on the disk; see `inspectOnnx`. */
export async function readOnnxFile(path: string): Promise<OnnxReading> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    return await inspectOnnx({
      sizeBytes: size,
      read: async (offset, length) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
        return buffer.subarray(0, bytesRead)
      },
    })
  } finally {
    await file.close()
  }
}
