/**
 * What a text in the input of a job may be, by the name of its field. A job is refused for what its texts would reach,
 * so a new field of a contract needs a place here; a test compares the two.
 */
export const fieldMeanings: Readonly<Record<string, 'root' | 'path' | 'url' | 'plain'>> = {
  /** Absolute folders of this machine; whether they lie in its roots is asked of the disk when they are opened. */
  root: 'root',
  mirrorRoot: 'root',
  /** Below such a folder. */
  path: 'path',
  pictures: 'path',
  keptBefore: 'path',
  /** Where bytes come from. */
  url: 'url',
  source: 'url',
  /** Compared, matched or written down, and nothing else. */
  ignoreGlobs: 'plain',
  contentHash: 'plain',
  hash: 'plain',
  expected: 'plain',
  resolved: 'plain',
  /** The name of a model, by which the registry finds it; never a path. */
  model: 'plain',
  /** What somebody searches for. */
  text: 'plain',
}

/** Below these lies what people have written: any text at all. */
export const freeTextFields: ReadonlySet<string> = new Set(['fields'])
