import type { Mask } from '../../../protocol/mask.ts'
import type { FoundFace, FoundObject, Point, Prompt } from '../../../protocol/vision.ts'
import type { ModelPart } from '../models/model-manifest.ts'
import type { Picture } from '../picture/picture.ts'
import type { Session } from '../session/session.ts'

/**
 * A part of a model that has been loaded: what its manifest says, and the session that runs it. Names of a `classFile`
 * have been read into `part.classes`.
 */
export type LoadedPart = { part: ModelPart; session: Session }

/** Of a text tower: its vocabulary lies beside the ONNX file. Null: the manifest names no such file. */
export type LoadedTextPart = LoadedPart & { readFile(name: string): Promise<Uint8Array | null> }

/** What a family looks at: where it measures how long filling the tensor and reading the answer take, in ms. */
export type Stopwatch = { prepare: number; infer: number; read: number }

/** Finds things, and their outlines where the model has them. At most `MAX_FOUND`, best first. */
export type Detector = { detect(picture: Picture, watch: Stopwatch): Promise<FoundObject[]> }

/** Outlines what is pointed at. `encode` is the dear part: its result is kept for the next prompt on the picture. */
export type Prompter = {
  encode(picture: Picture, watch: Stopwatch): Promise<unknown>
  outline(
    encoded: unknown,
    picture: Picture,
    prompt: Prompt,
    watch: Stopwatch,
  ): Promise<{ mask: Mask; score: number } | null>
}

/** A picture as a vector of length 1. */
export type PictureEmbedder = { embed(picture: Picture, watch: Stopwatch): Promise<Float32Array> }

/** Words as a vector of length 1 in the space of the pictures; suggestions where the words are not known. */
export type TextEmbedder = {
  embedText(text: string): Promise<{ vector: Float32Array | null; suggestions: string[] }>
}

/** Finds faces with five landmarks where the model has them. */
export type FaceDetector = {
  detectFaces(picture: Picture, watch: Stopwatch): Promise<Omit<FoundFace, 'embedding'>[]>
}

/**
 * Tells faces apart: a vector of length 1 of one face, given by its landmarks or, failing these, its box.
 * Null: too small, or not to be told apart.
 */
export type FaceEmbedder = {
  embedFace(
    picture: Picture,
    face: { landmarks: readonly Point[] | null; box: readonly [number, number, number, number] },
    watch: Stopwatch,
  ): Promise<Float32Array | null>
}

/**
 * One file a family, named after it: how a picture becomes its tensor and what its numbers mean.
 *
 * Opening looks at the session's inputs and outputs and throws AppError `model_broken` with a sentence when they are
 * not those of the family.
 */
export type Family =
  | { name: string; role: 'detector'; open(loaded: LoadedPart): Detector }
  | {
      name: string
      role: 'prompter'
      open(loaded: { encoder: LoadedPart; decoder: LoadedPart }): Prompter
    }
  | { name: string; role: 'picture-embedder'; open(loaded: LoadedPart): PictureEmbedder }
  | { name: string; role: 'text-embedder'; open(loaded: LoadedTextPart): Promise<TextEmbedder> }
  | { name: string; role: 'face-detector'; open(loaded: LoadedPart): FaceDetector }
  | { name: string; role: 'face-embedder'; open(loaded: LoadedPart): FaceEmbedder }
