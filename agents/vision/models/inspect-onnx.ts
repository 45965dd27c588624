import type { TensorShape } from '../session/session.ts'
import { type Message, OnnxFields } from './onnx-fields.ts'
import { type ByteReader, ProtobufError } from './protobuf-walk.ts'
import { readValueInfo } from './read-value-info.ts'

/** Deeper graphs inside graphs are nobody's model. */
const MAX_DEPTH = 16
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

class OnnxInspection {
  readonly #reader: ByteReader
  readonly #fields: OnnxFields
  readonly #externalFiles = new Set<string>()
  #nodes = 0

  constructor(reader: ByteReader) {
    this.#reader = reader
    this.#fields = new OnnxFields(reader)
  }

  async run(): Promise<OnnxFacts> {
    let irVersion = 0
    let graph: Message | undefined
    let opsets = 0
    const functions: Message[] = []
    const model = { start: 0, end: this.#reader.sizeBytes }
    for await (const field of this.#fields.of(model)) {
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
    for await (const field of this.#fields.of(graph)) {
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
        list.push(await readValueInfo(this.#fields, field))
        if (list.length > MAX_TENSORS_LISTED) throw new ProtobufError('has too many inputs or outputs')
      }
    }
    // Old files list their weights among the inputs, too.
    return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs }
  }

  /** FunctionProto */
  async #function(body: Message): Promise<void> {
    for await (const field of this.#fields.of(body)) {
      if (field.kind === 'number') continue
      if (field.number === 7) await this.#node(field, 1)
      else if (field.number === 11) await this.#attribute(field, 1)
    }
  }

  /** NodeProto, of which only attributes can hold graphs and tensors. */
  async #node(node: Message, depth: number): Promise<void> {
    for await (const field of this.#fields.of(node)) {
      if (field.kind === 'bytes' && field.number === 5) await this.#attribute(field, depth)
    }
  }

  /** AttributeProto */
  async #attribute(attribute: Message, depth: number): Promise<void> {
    for await (const field of this.#fields.of(attribute)) {
      if (field.kind === 'number') continue
      if (field.number === 5 || field.number === 10) await this.#tensor(field)
      else if (field.number === 6 || field.number === 11) await this.#graph(field, depth + 1)
      else if (field.number === 22 || field.number === 23) await this.#sparseTensor(field)
    }
  }

  /** SparseTensorProto */
  async #sparseTensor(tensor: Message): Promise<void> {
    for await (const field of this.#fields.of(tensor)) {
      if (field.kind === 'bytes' && (field.number === 1 || field.number === 2)) await this.#tensor(field)
    }
  }

  /** TensorProto; returns its name. */
  async #tensor(tensor: Message): Promise<string> {
    let name = ''
    let isExternal = false
    const entries: Message[] = []
    for await (const field of this.#fields.of(tensor)) {
      if (field.kind === 'bytes' && field.number === 8) name = await this.#fields.text(field)
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
    for await (const field of this.#fields.of(entry)) {
      if (field.kind === 'number') continue
      if (field.number === 1) key = await this.#fields.text(field)
      if (field.number === 2) value = await this.#fields.text(field)
    }
    if (key !== 'location') return
    this.#externalFiles.add(value)
    if (this.#externalFiles.size > MAX_EXTERNAL_FILES)
      throw new ProtobufError('keeps its data in too many files')
  }
}
