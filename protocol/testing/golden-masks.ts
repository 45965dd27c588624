/** Drawn masks and what pycocotools 2.0.11 makes of them. */
export const goldenMasks: { name: string; rows: string[]; counts: string }[] = [
  {
    name: 'a hole',
    rows: ['........', '.######.', '.#....#.', '.#....#.', '.######.', '........'],
    counts: '742M00000000000000035',
  },
  { name: 'an empty mask', rows: ['...', '...'], counts: '6' },
  { name: 'a full mask', rows: ['###', '###'], counts: '06' },
  { name: 'a single pixel', rows: ['#'], counts: '01' },
  { name: 'the first pixel', rows: ['#..', '...'], counts: '015' },
  { name: 'the last pixel', rows: ['...', '..#'], counts: '51' },
  { name: 'a chessboard', rows: ['#.#.#.', '.#.#.#', '#.#.#.', '.#.#.#'], counts: '011010O10O10O10O10O0' },
  { name: 'a row', rows: ['......', '######', '......'], counts: '112000000000O' },
  { name: 'a column', rows: ['.#.', '.#.', '.#.'], counts: '333' },
]

/** SHA-256 of its strings for ten thousand masks of `randomMasks`, each with a line feed. */
export const GOLDEN_DIGEST = '4aeda178f41784a2f39d31ba72f0324edf09d6729f8b8bc96a53496f61efef59'

/** The same of a line of area and box, `area x y width height`, four zeros for an empty mask. */
export const GOLDEN_SHAPE_DIGEST = 'f3d9c3ed57233435a807f56a770c92c815ecc9430ca61c4272da743a314ed07e'

/** The same of a line for each pair of one size: their overlap in whole millionths, and both merged in any and in all. */
export const GOLDEN_PAIR_DIGEST = '98e4c96cd2c0187b040849d762f26b1970cc48bd5a47dcb39adefdb4539876a9'
