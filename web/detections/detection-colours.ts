/**
 * Okabe and Ito's colours, which those who see few colours tell apart as well. Black is left out: every line has a
 * dark edge beside it, which makes it stand out on any picture. What a line means is never said by its colour alone.
 */
const colours = ['#56b4e9', '#f0e442', '#e69f00', '#cc79a7', '#2fd0a0', '#ff8552'] as const

/** The same for the same thing as long as it is on screen. */
export function detectionColour(id: number): string {
  return colours[id % colours.length] as string
}
