import { InferenceSession } from 'onnxruntime-node'
import type { ExecutionProvider } from '../../../config/agent-config.ts'
import type { TensorShape } from './session.ts'
import type { SessionOptions } from './thread-messages.ts'

export type OpenSession = {
  session: InferenceSession
  provider: ExecutionProvider
  inputs: readonly TensorShape[]
  outputs: readonly TensorShape[]
}

/**
 * Loads an ONNX file.
 *
 * Where the provider that passed its self-test cannot take this model, the processor does: slow, and not nothing.
 *
 * @throws what the runtime throws when it cannot load the file
 */
export async function openSession(
  file: string | Uint8Array,
  { provider, threads }: SessionOptions,
): Promise<OpenSession> {
  try {
    return await openWith(file, { provider, threads })
  } catch (error) {
    if (provider === 'cpu') throw error
    return await openWith(file, { provider: 'cpu', threads }).catch(() => {
      throw error
    })
  }
}

/**
 * Loads an ONNX file with this provider or not at all.
 *
 * @throws what the runtime throws when it cannot
 */
export async function openWith(
  file: string | Uint8Array,
  { provider, threads }: SessionOptions,
): Promise<OpenSession> {
  const session = await InferenceSession.create(file as string, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    intraOpNumThreads: threads,
    // Memory of one run is taken for the next: pictures of one model are all of one size.
    enableCpuMemArena: true,
    enableMemPattern: true,
    // Errors only; the rest goes where nobody reads.
    logSeverityLevel: 3,
    extra: {
      session: {
        // Threads that wait by turning would take the time of those that decode the next pictures.
        'intra_op.allow_spinning': '0',
      },
    },
  })
  return {
    session,
    provider,
    inputs: session.inputMetadata.map(shapeOf),
    outputs: session.outputMetadata.map(shapeOf),
  }
}

function shapeOf(value: InferenceSession.ValueMetadata): TensorShape {
  return value.isTensor
    ? { name: value.name, type: value.type, dims: value.shape.map((size) => (size === '' ? null : size)) }
    : { name: value.name, type: 'other', dims: [] }
}
