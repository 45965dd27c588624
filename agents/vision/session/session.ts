/** Numbers with their shape, as ONNX Runtime takes and gives them. */
export type Tensor = {
  type: 'float32' | 'int64' | 'int32' | 'uint8' | 'bool'
  data: Float32Array | BigInt64Array | Int32Array | Uint8Array
  dims: readonly number[]
}

/** What a model file says of one of its inputs or outputs; a name or null stands for a free dimension. */
export type TensorShape = { name: string; type: string; dims: readonly (number | string | null)[] }

/**
 * A loaded ONNX model.
 *
 * Callers run one picture at a time, first dimension 1 where it is the batch; those that come together are run
 * together behind the scenes, where the model's first dimension is free.
 */
export type Session = {
  inputs: readonly TensorShape[]
  outputs: readonly TensorShape[]
  /** @throws AppError `model_failed` when the runtime refuses, or an output holds a number that is none */
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>
}
