import type { TensorShape } from '../session/session.ts'
import type { Message, OnnxFields } from './onnx-fields.ts'
import { ProtobufError } from './protobuf-walk.ts'

const MAX_DIMENSIONS = 16

// Names of element types by number, as ONNX Runtime calls them.
const elementTypes: Record<number, string> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
}

type Shape = { name: string; type: string; dims: (number | string | null)[] }

/**
 * An input or output as a file describes it (ValueInfoProto).
 *
 * @throws ProtobufError when it is none
 */
export async function readValueInfo(fields: OnnxFields, value: Message): Promise<TensorShape> {
  const shape: Shape = { name: '', type: '', dims: [] }
  for await (const field of fields.of(value)) {
    if (field.kind === 'number') continue
    if (field.number === 1) shape.name = await fields.text(field)
    if (field.number === 2) await readType(fields, field, shape)
  }
  return shape
}

/** TypeProto, of which only tensors are looked at. */
async function readType(fields: OnnxFields, type: Message, shape: Shape): Promise<void> {
  for await (const field of fields.of(type)) {
    if (field.kind === 'bytes' && field.number === 1) await readTensorType(fields, field, shape)
  }
}

/** TypeProto.Tensor */
async function readTensorType(fields: OnnxFields, tensor: Message, shape: Shape): Promise<void> {
  for await (const field of fields.of(tensor)) {
    if (field.kind === 'number' && field.number === 1) {
      shape.type = elementTypes[field.value] ?? `type ${field.value}`
    }
    if (field.kind === 'bytes' && field.number === 2) await readDims(fields, field, shape)
  }
}

/** TensorShapeProto */
async function readDims(fields: OnnxFields, dims: Message, shape: Shape): Promise<void> {
  for await (const field of fields.of(dims)) {
    if (field.kind !== 'bytes' || field.number !== 1) continue
    shape.dims.push(await readDimension(fields, field))
    if (shape.dims.length > MAX_DIMENSIONS) throw new ProtobufError('has a tensor of too many dimensions')
  }
}

async function readDimension(fields: OnnxFields, dimension: Message): Promise<number | string | null> {
  for await (const field of fields.of(dimension)) {
    if (field.kind === 'number' && field.number === 1) return field.value
    if (field.kind === 'bytes' && field.number === 2) return await fields.text(field)
  }
  return null
}
