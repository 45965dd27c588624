import type { TensorShape } from '../session/session.ts'
import { type ByteReader, ProtobufError, type ProtobufField, ProtobufWalk } from './protobuf-walk.ts'

/** Deeper graphs inside graphs are nobody's model. */
const MAX_DEPTH = 16
/** Ten times what large models have, and a few seconds of work. */
const MAX_FIELDS = 4_000_000
const MAX_EXTERNAL_FILES = 64
const MAX_TENSORS_LISTED = 256
/** The first ONNX version that has opsets, and the newest that a release of ONNX Runtime of these years opens. */
const IR_VERSIONS = { min: 3, max: 20 }

export type OnnxFacts = {
  inputs: TensorShape[]
  outputs: TensorShape[]
  /** Names of files in which it keeps numbers outside of itself. */
  externalFiles: string[]
  nodes: number
}
export type OnnxReading = { facts: OnnxFacts; problem: null } | { facts: null; problem: string }

/**
 * Looks at an ONNX file without loading it: whether it is one and all there, what goes in and out, and which other
 * files it wants opened. Holds no more than a window of the file and the names it reports.
 *
 * The runtime has the last word on what the graph means; this is so that a file that is cut off, something else, or
 * out for other files of the machine never gets there.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export async function inspectOnnx(reader: ByteReader): Promise<OnnxReading> {
  try {
    return { facts: await new OnnxInspection(reader).run(), problem: null }
  } catch (error) {
    if (error instanceof ProtobufError) return { facts: null, problem: error.message }
    throw error
  }
}

type Message = { start: number; end: number }

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

class OnnxInspection {
  readonly #reader: ByteReader
  readonly #walk: ProtobufWalk
  readonly #externalFiles = new Set<string>()
  #fields = 0
  #nodes = 0

  constructor(reader: ByteReader) {
    this.#reader = reader
    this.#walk = new ProtobufWalk(reader)
  }

  async run(): Promise<OnnxFacts> {
    let irVersion = 0
    let graph: Message | undefined
    let opsets = 0
    const functions: Message[] = []
    const model = { start: 0, end: this.#reader.sizeBytes }
    for await (const field of this.#fieldsOf(model)) {
      if (field.number === 1 && field.kind === 'number') irVersion = field.value
      else if (field.kind === 'number') continue
      else if (field.number === 7) graph = field
      else if (field.number === 8) opsets += 1
      else if (field.number === 25) functions.push(field)
    }
    if (graph === undefined || opsets === 0) throw new ProtobufError('holds no graph')
    if (irVersion < IR_VERSIONS.min || irVersion > IR_VERSIONS.max) {
      throw new ProtobufError(`is of an ONNX version that is not known (${irVersion})`)
    }
    for (const body of functions) await this.#function(body)
    const { inputs, outputs } = await this.#graph(graph, 0)
    if (outputs.length === 0) throw new ProtobufError('has no outputs')
    return { inputs, outputs, externalFiles: [...this.#externalFiles], nodes: this.#nodes }
  }

  /** GraphProto */
  async #graph(graph: Message, depth: number): Promise<{ inputs: TensorShape[]; outputs: TensorShape[] }> {
    if (depth > MAX_DEPTH) throw new ProtobufError(`has graphs inside graphs, more than ${MAX_DEPTH} deep`)
    const [inputs, outputs]: [TensorShape[], TensorShape[]] = [[], []]
    const constants = new Set<string>()
    for await (const field of this.#fieldsOf(graph)) {
      if (field.kind === 'number') continue
      if (field.number === 1) {
        this.#nodes += 1
        await this.#node(field, depth)
      } else if (field.number === 5) {
        constants.add(await this.#tensor(field))
      } else if (field.number === 15) {
        await this.#sparseTensor(field)
      } else if (depth === 0 && (field.number === 11 || field.number === 12)) {
        const list = field.number === 11 ? inputs : outputs
        list.push(await this.#value(field))
        if (list.length > MAX_TENSORS_LISTED) throw new ProtobufError('has too many inputs or outputs')
      }
    }
    // Old files list their weights among the inputs, too.
    return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs }
  }

  /** FunctionProto */
  async #function(body: Message): Promise<void> {
    for await (const field of this.#fieldsOf(body)) {
      if (field.kind === 'number') continue
      if (field.number === 7) await this.#node(field, 1)
      else if (field.number === 11) await this.#attribute(field, 1)
    }
  }

  /** NodeProto, of which only attributes can hold graphs and tensors. */
  async #node(node: Message, depth: number): Promise<void> {
    for await (const field of this.#fieldsOf(node)) {
      if (field.kind === 'bytes' && field.number === 5) await this.#attribute(field, depth)
    }
  }

  /** AttributeProto */
  async #attribute(attribute: Message, depth: number): Promise<void> {
    for await (const field of this.#fieldsOf(attribute)) {
      if (field.kind === 'number') continue
      if (field.number === 5 || field.number === 10) await this.#tensor(field)
      else if (field.number === 6 || field.number === 11) await this.#graph(field, depth + 1)
      else if (field.number === 22 || field.number === 23) await this.#sparseTensor(field)
    }
  }

  /** SparseTensorProto */
  async #sparseTensor(tensor: Message): Promise<void> {
    for await (const field of this.#fieldsOf(tensor)) {
      if (field.kind === 'bytes' && (field.number === 1 || field.number === 2)) await this.#tensor(field)
    }
  }

  /** TensorProto; returns its name. */
  async #tensor(tensor: Message): Promise<string> {
    let name = ''
    let isExternal = false
    const entries: Message[] = []
    for await (const field of this.#fieldsOf(tensor)) {
      if (field.kind === 'bytes' && field.number === 8) name = await this.#walk.text(field)
      else if (field.kind === 'bytes' && field.number === 13) entries.push(field)
      else if (field.kind === 'number' && field.number === 14) isExternal = field.value === 1
    }
    // Also where the flag is not set: what the runtime makes of that is nothing to rely on.
    if (!isExternal && entries.length === 0) return name
    for (const entry of entries) await this.#externalEntry(entry)
    return name
  }

  /** StringStringEntryProto */
  async #externalEntry(entry: Message): Promise<void> {
    let [key, value] = ['', '']
    for await (const field of this.#fieldsOf(entry)) {
      if (field.kind === 'number') continue
      if (field.number === 1) key = await this.#walk.text(field)
      if (field.number === 2) value = await this.#walk.text(field)
    }
    if (key !== 'location') return
    this.#externalFiles.add(value)
    if (this.#externalFiles.size > MAX_EXTERNAL_FILES)
      throw new ProtobufError('keeps its data in too many files')
  }

  /** ValueInfoProto */
  async #value(value: Message): Promise<TensorShape> {
    const shape: { name: string; type: string; dims: (number | string | null)[] } = {
      name: '',
      type: '',
      dims: [],
    }
    for await (const field of this.#fieldsOf(value)) {
      if (field.kind === 'number') continue
      if (field.number === 1) shape.name = await this.#walk.text(field)
      if (field.number === 2) await this.#type(field, shape)
    }
    return shape
  }

  /** TypeProto, of which only tensors are looked at. */
  async #type(type: Message, shape: { type: string; dims: (number | string | null)[] }): Promise<void> {
    for await (const outer of this.#fieldsOf(type)) {
      if (outer.kind !== 'bytes' || outer.number !== 1) continue
      for await (const field of this.#fieldsOf(outer)) {
        if (field.kind === 'number' && field.number === 1) {
          shape.type = elementTypes[field.value] ?? `type ${field.value}`
        }
        if (field.kind !== 'bytes' || field.number !== 2) continue
        for await (const dimension of this.#fieldsOf(field)) {
          if (dimension.kind !== 'bytes' || dimension.number !== 1) continue
          shape.dims.push(await this.#dimension(dimension))
          if (shape.dims.length > 16) throw new ProtobufError('has a tensor of too many dimensions')
        }
      }
    }
  }

  async #dimension(dimension: Message): Promise<number | string | null> {
    for await (const field of this.#fieldsOf(dimension)) {
      if (field.kind === 'number' && field.number === 1) return field.value
      if (field.kind === 'bytes' && field.number === 2) return await this.#walk.text(field)
    }
    return null
  }

  async *#fieldsOf(message: Message): AsyncGenerator<ProtobufField> {
    for await (const field of this.#walk.fields(message.start, message.end)) {
      this.#fields += 1
      if (this.#fields > MAX_FIELDS) throw new ProtobufError('has more parts than any model')
      yield field
    }
  }
}
