/** The classes of Pascal VOC; the first is everything else. */
export const pascalClasses: readonly string[] = `
  background, aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog, horse, motorbike,
  person, pottedplant, sheep, sofa, train, tvmonitor`
  .split(',')
  .map((name) => name.trim())
