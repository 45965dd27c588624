/** What a model takes for a thing, before those that are one and the same are merged. */
export type Candidate = {
  /** Corners in pixels of the model's input. */
  x1: number
  y1: number
  x2: number
  y2: number
  score: number
  /** Number of the class as the model has it. */
  classId: number
  /** Its place in the model's output, where more is known of it. */
  row: number
}
